/** The part of a parser's node that reading needs. */
export interface SyntaxNode {
  /** One number for each node of a tree. */
  readonly id: number;
  readonly kind: string;
  /** Children that are not punctuation, comments aside. */
  readonly named: readonly SyntaxNode[];
  /** All children. */
  children(): readonly SyntaxNode[];
  readonly isNamed: boolean;
  text(): string;
  field(name: string): SyntaxNode | null;
  parent(): SyntaxNode | null;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
}

/** ast-grep's `SgNode`: each of its methods crosses into native code, and makes its answer anew. */
export interface ForeignNode {
  id(): number;
  kind(): string;
  text(): string;
  children(): ForeignNode[];
  namedChildren(): ForeignNode[];
  isNamed(): boolean;
  field(name: string): ForeignNode | null;
  parent(): ForeignNode | null;
  findAll(matcher: { readonly rule: { readonly kind: string } }): ForeignNode[];
  range(): {
    /** `index` counts UTF-16 units from the source's start. */
    readonly start: { readonly line: number; readonly index: number };
    readonly end: { readonly line: number };
  };
}

/** A tree whose nodes ask the parser for each thing once: reading asks for most of it many times. */
export const readOnce = (root: ForeignNode): SyntaxNode =>
  new Once(root, root.id(), null, new Map());

class Once implements SyntaxNode {
  readonly id: number;
  readonly kind: string;
  readonly #foreign: ForeignNode;
  readonly #parent: Once | null;
  readonly #known: Map<number, Once>;
  #children: readonly Once[] | undefined;
  #named: readonly Once[] | undefined;
  #isNamed: boolean | undefined;
  #fields: Map<string, Once | null> | undefined;
  #text: string | undefined;
  #range: ReturnType<ForeignNode['range']> | undefined;

  constructor(foreign: ForeignNode, id: number, parent: Once | null, known: Map<number, Once>) {
    this.#foreign = foreign;
    this.#parent = parent;
    this.#known = known;
    this.id = id;
    this.kind = foreign.kind();
    known.set(this.id, this);
  }

  get isNamed(): boolean {
    this.#isNamed ??= this.#foreign.isNamed();
    return this.#isNamed;
  }

  get named(): readonly Once[] {
    this.#named ??= this.#foreign
      .namedChildren()
      .map((each) => this.#once(each))
      .filter(({ kind }) => !kind.includes('comment'));
    return this.#named;
  }

  get line(): number {
    return this.#lines().start.line + 1;
  }

  get endLine(): number {
    return this.#lines().end.line + 1;
  }

  children(): readonly Once[] {
    this.#children ??= this.#foreign.children().map((each) => this.#once(each));
    return this.#children;
  }

  text(): string {
    this.#text ??= this.#foreign.text();
    return this.#text;
  }

  field(name: string): Once | null {
    this.#fields ??= new Map();
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const found = this.#foreign.field(name);
    const once = found && this.#once(found);
    this.#fields.set(name, once);
    return once;
  }

  parent(): Once | null {
    return this.#parent;
  }

  #once(foreign: ForeignNode): Once {
    const id = foreign.id();
    return this.#known.get(id) ?? new Once(foreign, id, this, this.#known);
  }

  #lines() {
    this.#range ??= this.#foreign.range();
    return this.#range;
  }
}

export const child = (
  node: SyntaxNode | null,
  ...kinds: readonly string[]
): SyntaxNode | undefined => node?.named.find((each) => kinds.includes(each.kind));

import {
  type Binding,
  type CallExpr,
  type CallSite,
  type Code,
  type CodeFunction,
  type CodeType,
  type Expr,
  type Import,
  other,
  type PassedOn,
} from './code.ts';
import type { Grammar } from './grammar.ts';
import type { SyntaxNode } from './syntax.ts';

/** Where the walk stands. */
interface Place {
  readonly fn: CodeFunction | undefined;
  readonly owner: string | undefined;
  readonly inLoop: boolean;
  readonly spawned: boolean;
  readonly caught: string | undefined;
  readonly chain: CallExpr | undefined;
  /** The call whose argument this is. */
  readonly handedTo: CallExpr | undefined;
}

const nowhere: Place = {
  fn: undefined,
  owner: undefined,
  inLoop: false,
  spawned: false,
  caught: undefined,
  chain: undefined,
  handedTo: undefined,
};

const returns: ReadonlySet<string> = new Set([
  'return_statement',
  'return_expression',
  'jump_expression',
  'control_transfer_statement',
]);

/** Decorators and annotations say something of a function; nothing in them runs with it. */
const marks: ReadonlySet<string> = new Set([
  'decorator',
  'annotation',
  'marker_annotation',
  'attribute_list',
  'attribute_item',
]);

/** Deeper nesting than people write; generated code may hold more, and a walk has one stack. */
const maxDepth = 400;

/**
 * Reads a parsed file in the words of {@link Code}. What no grammar rule knows is walked through.
 *
 * @param tests whether modules of tests are read too
 */
export function readCode(root: SyntaxNode, grammar: Grammar, tests = false): Code {
  const reader = new Reader(grammar, tests);
  reader.walk(root, nowhere, 0);
  return reader.code();
}

class Reader {
  readonly #grammar: Grammar;
  readonly #tests: boolean;
  readonly #expressions = new Map<number, Expr>();
  readonly #imports: Import[] = [];
  readonly #passedOn: PassedOn[] = [];
  readonly #types: CodeType[] = [];
  readonly #functions: CodeFunction[] = [];
  readonly #bindings: Binding[] = [];
  readonly #calls: CallSite[] = [];
  #packageName: string | undefined;
  #unclear: number | undefined;

  constructor(grammar: Grammar, tests: boolean) {
    this.#grammar = grammar;
    this.#tests = tests;
  }

  code(): Code {
    return {
      imports: this.#imports,
      passedOn: this.#passedOn,
      types: this.#types,
      functions: this.#functions,
      bindings: this.#bindings,
      calls: this.#calls,
      ...(this.#unclear !== undefined && { unclear: this.#unclear }),
      ...(this.#packageName !== undefined && { packageName: this.#packageName }),
    };
  }

  walk(node: SyntaxNode, place: Place, depth: number): void {
    const { kind } = node;
    if (marks.has(kind)) return;
    if (depth > maxDepth) {
      this.#unclear ??= node.line;
      return;
    }
    const grammar = this.#grammar;
    if (!this.#tests && grammar.isTest?.(node)) return;
    if (kind === 'ERROR') this.#unclear ??= node.line;
    this.#imports.push(...grammar.imports(node));
    this.#passedOn.push(...(grammar.passedOn?.(node) ?? []));
    this.#packageName ??= grammar.packageName?.(node);
    const inside = this.#enter(node, kind, place);
    for (const bound of grammar.bindings(node, this.#read))
      this.#bindings.push(placed({ ...bound, line: node.line }, inside) as Binding);
    const expr = this.#read(node);
    const call = expr.is === 'call' ? expr : undefined;
    if (call && !this.#wraps(node, call)) this.#calls.push(siteOf(call, inside));
    this.#return(node, kind, inside);
    for (const each of node.named) this.walk(each, this.#below(each, call, inside), depth + 1);
  }

  #enter(node: SyntaxNode, kind: string, place: Place): Place {
    const grammar = this.#grammar;
    const declared = grammar.owner(node);
    const owner = declared ?? place.owner;
    if (declared !== undefined) this.#types.push(this.#type(node, declared));
    const alias = grammar.alias?.(node);
    if (alias) this.#types.push({ ...alias, supers: [], line: node.line });
    const head = grammar.fn(node);
    if (head) {
      const fn = placed(
        {
          isAsync: false,
          ...head,
          line: node.line,
          endLine: node.endLine,
          ...(place.handedTo && { handedTo: place.handedTo }),
          ...(place.spawned && { spawned: true }),
          ...(place.fn && { outer: place.fn }),
        },
        { fn: undefined, owner: head.owner ?? owner },
      ) as CodeFunction;
      this.#functions.push(fn);
      // What catches around a call catches for a function without a name that the call is handed.
      const caught = place.handedTo && head.name === '' ? place.caught : undefined;
      return { ...nowhere, fn, owner: head.owner ?? owner, caught };
    }
    return {
      ...place,
      owner,
      inLoop: place.inLoop || grammar.loops.has(kind),
      spawned: place.spawned || grammar.spawns.has(kind),
      caught: this.#caught(node, kind, place),
    };
  }

  #type(node: SyntaxNode, name: string): CodeType {
    const asks = this.#grammar.asks?.(node);
    const supers = this.#grammar.supers(node).match(/[A-Za-z_]\w*/g) ?? [];
    const written = marksOn(node);
    return {
      name,
      supers,
      line: node.line,
      ...(asks && { asks }),
      ...(written.length > 0 && { marks: written }),
    };
  }

  /** What catches within a `try` does not catch its own errors. */
  #caught(node: SyntaxNode, kind: string, place: Place): string | undefined {
    const { tries, handlers } = this.#grammar;
    if (handlers.has(kind)) return undefined;
    if (!tries.has(kind)) return place.caught;
    const texts = node.named.filter((each) => handlers.has(each.kind)).map((each) => each.text());
    return texts.length === 0 ? place.caught : texts.join('\n').slice(0, 2000);
  }

  /** A callee's calls belong to the chain; a callback among the arguments is handed to the call. */
  #below(child: SyntaxNode, call: CallExpr | undefined, place: Place): Place {
    if (!call) return place;
    const expr = this.#read(child);
    if (expr === call) return place;
    const inCallee = expr === call.callee || containsCall(call.callee, expr);
    return inCallee
      ? { ...place, chain: place.chain ?? call }
      : { ...place, chain: undefined, handedTo: call };
  }

  /** What a function gives back is bound to the name `return`. */
  #return(node: SyntaxNode, kind: string, place: Place): void {
    if (!returns.has(kind) || !place.fn) return;
    const value = node.named[0];
    if (value)
      this.#bindings.push(
        placed({ name: 'return', value: this.#read(value), line: node.line }, place) as Binding,
      );
  }

  /** Whether a node only wraps the expression of a child (`await f()`, `(f())`). */
  #wraps(node: SyntaxNode, expr: Expr): boolean {
    return node.named.some((each) => this.#expressions.get(each.id) === expr);
  }

  readonly #read = (node: SyntaxNode): Expr => {
    const known = this.#expressions.get(node.id);
    if (known) return known;
    // Stands in for what is being read, should a grammar ask for it again.
    this.#expressions.set(node.id, other(''));
    const expr = this.#grammar.expr(node, this.#read) ?? other(scalar(node));
    this.#expressions.set(node.id, expr);
    return expr;
  };
}

/** Annotations of a declaration: its children, or those of its modifiers. */
const marksOn = (node: SyntaxNode): string[] =>
  node.named.flatMap((each) => {
    if (each.kind === 'modifiers') return marksOn(each);
    return marks.has(each.kind) || each.kind === 'attribute' ? [each.text()] : [];
  });

const scalar = (node: SyntaxNode): string => (node.named.length === 0 ? node.text() : '');

const placed = <T extends object>(value: T, { fn, owner }: Pick<Place, 'fn' | 'owner'>) => ({
  ...value,
  ...(fn && { fn }),
  ...(owner !== undefined && { owner }),
});

const siteOf = (expr: CallExpr, place: Place): CallSite => ({
  expr,
  ...(place.fn && { fn: place.fn }),
  ...(place.owner !== undefined && { owner: place.owner }),
  inLoop: place.inLoop,
  spawned: place.spawned,
  ...(place.caught !== undefined && { caught: place.caught }),
  ...(place.chain && { chain: place.chain }),
  ...(place.handedTo && { argumentOf: place.handedTo }),
});

function containsCall(within: Expr, wanted: Expr): boolean {
  if (within === wanted) return true;
  if (within.is === 'member') return containsCall(within.of, wanted);
  return within.is === 'call' && containsCall(within.callee, wanted);
}

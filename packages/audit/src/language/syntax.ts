/** The part of a parser's node that reading needs; ast-grep's `SgNode` is one. */
export interface SyntaxNode {
  id(): number;
  kind(): string;
  text(): string;
  children(): SyntaxNode[];
  isNamed(): boolean;
  field(name: string): SyntaxNode | null;
  parent(): SyntaxNode | null;
  range(): { readonly start: Position; readonly end: Position };
}

interface Position {
  /** From 0. */
  readonly line: number;
  readonly column: number;
}

/** Children that are not punctuation, comments aside. */
export const named = (node: SyntaxNode): SyntaxNode[] =>
  node.children().filter((child) => child.isNamed() && !child.kind().includes('comment'));

export const child = (
  node: SyntaxNode | null,
  ...kinds: readonly string[]
): SyntaxNode | undefined =>
  node ? named(node).find((each) => kinds.includes(each.kind())) : undefined;

export const lineOf = (node: SyntaxNode): number => node.range().start.line + 1;

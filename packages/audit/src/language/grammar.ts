import type { Binding, CodeFunction, Expr, Import, PassedOn } from './code.ts';
import type { SyntaxNode } from './syntax.ts';

export type ReadExpr = (node: SyntaxNode) => Expr;

/** What a grammar says a function node is; the reader adds where it stands. */
export type FunctionHead = Pick<
  CodeFunction,
  'name' | 'params' | 'result' | 'marks' | 'extends' | 'keptAs'
> & {
  readonly isAsync?: boolean;
  readonly receiver?: string;
  /** Where it is not the class around it. */
  readonly owner?: string;
};

export type BindingHead = Pick<Binding, 'name'> & {
  readonly type?: string | undefined;
  readonly value?: Expr | undefined;
};

/** How one language writes what {@link Code} says. Each function answers for nodes of its kinds only. */
export interface Grammar {
  /** The language's name in ast-grep. */
  readonly parser: string;
  readonly loops: ReadonlySet<string>;
  readonly tries: ReadonlySet<string>;
  /** The parts of those that catch. */
  readonly handlers: ReadonlySet<string>;
  /** Statements that start a call without waiting, as Go's `go`. */
  readonly spawns: ReadonlySet<string>;
  /** Whether a node is a module of tests. */
  isTest?(node: SyntaxNode): boolean;
  imports(node: SyntaxNode): readonly Import[];
  passedOn?(node: SyntaxNode): readonly PassedOn[];
  packageName?(node: SyntaxNode): string | undefined;
  fn(node: SyntaxNode): FunctionHead | undefined;
  owner(node: SyntaxNode): string | undefined;
  /** What an owner's node says it extends or implements, as it is written. */
  supers(node: SyntaxNode): string;
  /** The name that a node gives to a type that has one already, and that type as it is written. */
  alias?(node: SyntaxNode): { readonly name: string; readonly means: string } | undefined;
  /** Methods of an interface to which anything with them conforms. */
  asks?(node: SyntaxNode): readonly string[] | undefined;
  bindings(node: SyntaxNode, read: ReadExpr): readonly BindingHead[];
  /** `undefined`: the node is no expression that says anything here. */
  expr(node: SyntaxNode, read: ReadExpr): Expr | undefined;
}

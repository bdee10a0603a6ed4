import { type Argument, type CallExpr, type Expr, other } from './code.ts';
import type { ReadExpr } from './grammar.ts';
import type { SyntaxNode } from './syntax.ts';

/** The expression in a field of a node; one that says nothing where there is none. */
export function readField(node: SyntaxNode, field: string, read: ReadExpr): Expr {
  const found = node.field(field);
  return found ? read(found) : other('');
}

/** The expression of a node's first child: what wrappers such as `await x` and `(x)` stand for. */
export function readInner(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  const inner = node.named[0];
  return inner && read(inner);
}

export function callAt(
  node: SyntaxNode,
  callee: Expr,
  args: readonly Argument[],
  created = false,
): CallExpr {
  return { is: 'call', callee, args, created, line: node.line, endLine: node.endLine };
}

/** `a || b`, `x ? a : b`: either may be meant. */
export const either = (...items: readonly Expr[]): Expr => ({ is: 'list', any: true, items });

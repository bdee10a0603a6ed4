import { type Expr, text } from '../language/code.ts';

/** Items with what stands between them: `[base, path].join('/')`. */
export const between = (items: readonly Expr[], separator: Expr = text(',')): Expr[] =>
  items.flatMap((item, at) => (at === 0 ? [item] : [separator, item]));

/** An expression and those in it that may be texts. */
export function inner(expr: Expr): Expr[] {
  switch (expr.is) {
    case 'call':
      // The function is no text: what it gives is what the call stands for.
      return [
        expr,
        ...expr.args.flatMap(({ value }) => inner(value)),
        ...(expr.callee.is === 'member' ? inner(expr.callee.of) : []),
      ];
    case 'member':
      return [expr, ...inner(expr.of)];
    case 'record':
      return expr.entries.flatMap(([, value]) => inner(value));
    case 'list':
      return [expr, ...expr.items.flatMap(inner)];
    default:
      return [expr];
  }
}

import { parse } from '@bufbuild/cel';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import { compileCondition, type Expression, type FactPath, factTypes } from '@selvedge/core/route';
import { nearest } from '@selvedge/core/schema';

type Parsed = ReturnType<typeof parse>;
type Expr = Parsed['expr'];
type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];

/**
 * Lowers a CEL condition to the expression tree that is signed, and checks its types.
 *
 * Understood: facts such as `device.battery`, `has()`, literals, `! && || ?:`, comparisons, `in`,
 * `+ - * /` on numbers (all numbers are doubles), lists of literals. Everything else of CEL is
 * refused, so that a device never needs more than the tree.
 *
 * @param where names the expression in messages: `policy.yaml: rules.0.when (rule "battery")`.
 * @throws SelvedgeError `bad-document` naming the place, the column and what was expected.
 */
export function lowerCel(text: string, where: string): Expression {
  const { expr, sourceInfo } = parseCel(text, where);
  const offsets = new Map<unknown, number>();
  const offsetOf = (one: Expr) => sourceInfo?.positions[String(startOf(one).id)] ?? 0;
  const refuse: Refuse = (at, problem, hint = '') =>
    refuseAt(where, text, offsetOf(at), problem, hint);
  const lower = (one: Expr): Expression => {
    const tree = lowerOne(one, lower, refuse);
    offsets.set(tree, offsetOf(one));
    return tree;
  };
  const tree = lower(expr);
  checkTypes(tree, (path, expected) => {
    refuseAt(where, text, offsetAt(tree, path, offsets), `expected ${expected}`, '');
  });
  return tree;
}

/** `candidate.tier` begins at `candidate`; CEL gives the place of the dot. */
const startOf = (expr: Expr): Expr =>
  expr.exprKind.case === 'selectExpr' && expr.exprKind.value.operand
    ? startOf(expr.exprKind.value.operand)
    : expr;

type Lower = (expr: Expr) => Expression;
type Refuse = (at: Expr, problem: string, hint?: string) => never;

function parseCel(text: string, where: string): Parsed {
  try {
    return parse(text);
  } catch (cause) {
    const { rawMessage, location } = cause as {
      rawMessage?: string;
      location?: { start: { offset: number } };
    };
    return refuseAt(where, text, location?.start.offset ?? 0, rawMessage ?? String(cause), '');
  }
}

function refuseAt(
  where: string,
  text: string,
  offset: number,
  problem: string,
  hint: string,
): never {
  const column = offset + 1;
  const near = text.slice(offset, offset + 24);
  const place = near === '' ? `column ${column}, at the end` : `column ${column}, at "${near}"`;
  return fail('bad-document', `${where}, ${place}: ${problem}`, {
    hint,
    details: { where, column },
  });
}

function lowerOne(expr: Expr, lower: Lower, refuse: Refuse): Expression {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'constExpr':
      return ['lit', literalOf(expr, refuse)];
    case 'listExpr':
      return ['lit', exprKind.value.elements.map((item) => listItem(item, refuse))];
    case 'selectExpr':
      return exprKind.value.testOnly
        ? ['has', factOf(expr, refuse)]
        : ['fact', factOf(expr, refuse)];
    case 'identExpr':
      return refuse(
        expr,
        `"${exprKind.value.name}" alone is no fact`,
        'facts are written like device.battery',
      );
    case 'callExpr':
      return lowerCall(expr, exprKind.value, lower, refuse);
    default:
      return refuse(expr, 'this part of CEL is not understood here', understood);
  }
}

const understood = 'facts, has(), literals, ! && || ?:, comparisons, in, + - * / are';

function literalOf(expr: Expr, refuse: Refuse): string | number | boolean {
  const constant =
    expr.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined;
  switch (constant?.case) {
    case 'stringValue':
    case 'boolValue':
    case 'doubleValue':
      return constant.value;
    case 'int64Value':
      return Number(constant.value);
    default:
      return refuse(expr, 'expected a string, a number or true or false');
  }
}

function listItem(expr: Expr, refuse: Refuse): string | number {
  const value = literalOf(expr, refuse);
  return typeof value === 'boolean'
    ? refuse(expr, 'expected a string or a number in the list')
    : value;
}

function factOf(expr: Expr, refuse: Refuse): FactPath {
  const select = expr.exprKind.case === 'selectExpr' ? expr.exprKind.value : undefined;
  const root = select?.operand?.exprKind;
  const path = root?.case === 'identExpr' ? `${root.value.name}.${select?.field}` : undefined;
  if (path === undefined)
    return refuse(expr, 'expected a fact of one level', 'facts are written like device.battery');
  if (Object.hasOwn(factTypes, path)) return path as FactPath;
  const meant = nearest(path, Object.keys(factTypes));
  const hint =
    meant === undefined
      ? `facts are ${Object.keys(factTypes).join(', ')}`
      : `did you mean ${meant}?`;
  return refuse(select?.operand ?? expr, `there is no fact ${path}`, hint);
}

const operators: Readonly<Record<string, Exclude<Expression[0], 'lit' | 'fact' | 'has'>>> = {
  '_&&_': 'and',
  '_||_': 'or',
  '!_': 'not',
  '_==_': 'eq',
  '_!=_': 'ne',
  '_<_': 'lt',
  '_<=_': 'le',
  '_>_': 'gt',
  '_>=_': 'ge',
  '@in': 'in',
  '_+_': 'add',
  '_-_': 'sub',
  '_*_': 'mul',
  '_/_': 'div',
};

function lowerCall(expr: Expr, call: Call, lower: Lower, refuse: Refuse): Expression {
  const args = call.args.map(lower);
  if (call.function === '-_') return ['sub', ['lit', 0], args[0]!];
  if (call.function === '_?_:_') return choose(args[0]!, args[1]!, args[2]!);
  const operator = Object.hasOwn(operators, call.function) ? operators[call.function] : undefined;
  if (operator === undefined || call.target) {
    return refuse(expr, `"${call.function}" is not understood here`, understood);
  }
  return [operator, ...args] as unknown as Expression;
}

/** `c ? a : b` of conditions. Undecided where `c` is, which fails closed. */
const choose = (condition: Expression, then: Expression, otherwise: Expression): Expression => [
  'or',
  ['and', condition, then],
  ['and', ['not', condition], otherwise],
];

/** Core's own compiler judges the types: what it accepts here a device will accept. */
function checkTypes(
  tree: Expression,
  refuse: (path: readonly number[], expected: string) => void,
): void {
  try {
    compileCondition(tree, '');
  } catch (caught) {
    const details = isSelvedgeError(caught)
      ? (caught.details as { field?: string; expected?: string })
      : {};
    if (details.expected === undefined) throw caught;
    refuse(
      [...(details.field ?? '').matchAll(/\[(\d+)\]/g)].map(([, index]) => Number(index)),
      details.expected,
    );
  }
}

/** The source offset of the innermost known node on the way to a place in the tree. */
function offsetAt(
  tree: Expression,
  path: readonly number[],
  offsets: ReadonlyMap<unknown, number>,
): number {
  let node: unknown = tree;
  let offset = offsets.get(node) ?? 0;
  for (const index of path) {
    node = (node as readonly unknown[])[index];
    offset = offsets.get(node) ?? offset;
  }
  return offset;
}

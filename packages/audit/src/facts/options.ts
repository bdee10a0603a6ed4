import type { Coupling } from '../find/index.ts';
import { type CallSite, type Expr, pathOf } from '../language/code.ts';

/** Whether the answer comes piece by piece. */
export function isStreaming({ call, through }: Coupling): boolean {
  const last = pathOf(call.expr.callee).at(-1) ?? '';
  if (/stream/i.test(last)) return true;
  const stream = optionsOf(call).get('stream');
  if (stream !== undefined) return /^true$/i.test(textOf(stream));
  return through ? isStreaming(through.coupling) : false;
}

/** The model that a call names. */
export function modelOf({ call, through }: Coupling): string | undefined {
  for (const key of [
    'model',
    'Model',
    'modelId',
    'model_id',
    'modelName',
    'model_name',
    'engine',
  ]) {
    const value = optionsOf(call).get(key);
    const text = value && textOf(value);
    if (text) return text;
  }
  return through && modelOf(through.coupling);
}

/** Named arguments, and the entries of records among the arguments, all the way down. */
export function optionsOf({ expr }: Pick<CallSite, 'expr'>): Map<string, Expr> {
  const options = new Map<string, Expr>();
  const add = (key: string, value: Expr) => {
    if (!options.has(key)) options.set(key, value);
  };
  const look = (value: Expr, depth: number) => {
    if (depth > 4) return;
    if (value.is === 'record')
      for (const [key, each] of value.entries) {
        add(key, each);
        look(each, depth + 1);
      }
    if (value.is === 'call')
      for (const { name, value: each } of value.args) {
        if (name !== undefined) add(name, each);
        look(each, depth + 1);
      }
    if (value.is === 'list') for (const each of value.items) look(each, depth + 1);
  };
  look(expr, 0);
  if (expr.callee.is === 'member' && expr.callee.of.is === 'call') look(expr.callee.of, 1);
  return options;
}

/** A literal text without computed parts, a name's last part, or a scalar. */
function textOf(expr: Expr): string {
  if (expr.is === 'text')
    return expr.parts.every((part) => typeof part === 'string') ? expr.parts.join('') : '';
  if (expr.is === 'other') return expr.text;
  // A constant of the package, such as `GPT4o`, says it too; a variable's name does not.
  return expr.is === 'member' && /\d/.test(expr.name) ? expr.name : '';
}

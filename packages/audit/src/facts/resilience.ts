import type { Coupling } from '../find/index.ts';
import type { Finding } from '../finding.ts';
import { type CallExpr, type CodeFunction, pathOf, rootOf } from '../language/code.ts';
import { linesOf } from '../resolve/index.ts';
import { optionsOf } from './options.ts';

/**
 * What a call has against a slow or absent service: in its own options, in those its client was made
 * with, or around it. Defaults of SDKs do not count: nobody chose them.
 */
export function resilienceOf(coupling: Coupling): Finding['resilience'] {
  const { call, file } = coupling;
  const names = [...optionsOf(call).keys(), ...clientOptions(coupling), ...callsAround(coupling)];
  const around = call.fn ? linesOf(file, call.fn.line, call.fn.endLine) : '';
  const marks = call.fn?.marks.join(' ') ?? '';
  const inner = coupling.through && resilienceOf(coupling.through.coupling);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  return {
    timeout: has(timeouts) || timers.test(around) || !!inner?.timeout,
    retry:
      has(retries) ||
      retries.test(marks) ||
      (call.inLoop && retries.test(around)) ||
      !!inner?.retry,
    fallback: has(fallbacks) || goesOn(caughtBy(coupling)) || !!inner?.fallback,
  };
}

const timeouts =
  /time_?out|deadline|abort_?(signal|controller)|^signal$|WithTimeout|timeoutInterval|CancelAfter|wait_for/i;
const timers =
  /AbortSignal\.timeout|AbortController|context\.WithTimeout|context\.WithDeadline|asyncio\.(wait_for|timeout)|withTimeout(OrNull)?\b|CancelAfter|tokio::time::timeout|SetRequestTimeout/;
const retries = /retr(y|ies|ier)|backoff|tenacity|polly|resilien|max_?attempts?|\battempts?\b/i;
const fallbacks = /^(with_?)?fallbacks?|^(or_else|unwrap_or(_else|_default)?)$|CircuitBreaker/i;

/** Options of the call that made the object which this one is called on. */
function clientOptions({ call, file }: Coupling): string[] {
  const root = rootOf(call.expr.callee);
  if (root.is !== 'name') return [];
  const path = pathOf(call.expr.callee);
  const isOwn = root.name === 'this' || root.name === call.fn?.receiver;
  const label = isOwn ? `this.${path[1]}` : root.name;
  return file.code.bindings.flatMap(({ name, value }) =>
    (name === label || name === `this.${label}`) && value?.is === 'call'
      ? [...optionsOf({ expr: value }).keys(), ...pathOf(value.callee)]
      : [],
  );
}

/** Names of the calls that this one is handed to, or of the chain it is in. */
function callsAround({ call }: Coupling): string[] {
  const around = [...pathOf(call.expr.callee)];
  const add = (expr: CallExpr | undefined) => expr && around.push(...pathOf(expr.callee));
  add(call.argumentOf);
  add(call.chain);
  for (let fn: CodeFunction | undefined = call.fn; fn; fn = fn.outer) add(fn.handedTo);
  return around;
}

/** The text of what runs when the call fails: a `catch`, or a `.catch(…)` behind it. */
function caughtBy({ call, file }: Coupling): string {
  if (call.caught !== undefined) return call.caught;
  if (!call.chain || !pathOf(call.chain.callee).includes('catch')) return '';
  return /\.catch\([\s\S]*/.exec(linesOf(file, call.expr.line, call.chain.endLine))?.[0] ?? '';
}

/**
 * Whether what catches gives something else instead: it returns or assigns a value, throws nothing,
 * and the value is neither empty nor an error's message.
 */
function goesOn(caught: string): boolean {
  if (caught === '' || /\b(throw|raise|rethrow|panic|exit|abort|reject)\b/.test(caught))
    return false;
  const given = [...caught.matchAll(/(?:\breturn\b|=>|[^=!<>]=(?!=))\s*([^\n;]{2,})/g)];
  return given.some(([, value = '']) => !noAnswer.test(value.trim()));
}

const noAnswer =
  /^(null|None|nil|undefined|false|False|true|True|""|''|``|\[\]|\{\}?|\(\)|0|-1|e|err|error|ex)\W*$|error|exception|fail|status|\b[45]\d\d\b|message|Response\.json|jsonify|str\(e|time|Date/i;

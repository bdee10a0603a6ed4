import type { Coupling } from '../find/index.ts';
import type { Finding } from '../finding.ts';
import { type CallExpr, type CodeFunction, pathOf, rootOf } from '../language/code.ts';
import { optionsOf } from './options.ts';

/**
 * What a call has against a slow or absent service: in its own options, in those its client was made
 * with, or around it. Defaults of SDKs do not count: nobody chose them.
 */
export function resilienceOf(coupling: Coupling): Finding['resilience'] {
  const { call, file } = coupling;
  const names = new Set([...optionsOf(call).keys(), ...clientOptions(coupling)]);
  const around = callsAround(coupling);
  const marks = call.fn?.marks.join(' ') ?? '';
  const inner = coupling.through && resilienceOf(coupling.through);
  return {
    timeout: has(names, timeouts) || around.some((each) => timeouts.test(each)) || !!inner?.timeout,
    retry:
      has(names, retries) ||
      around.some((each) => retries.test(each)) ||
      retries.test(marks) ||
      !!inner?.retry,
    fallback:
      call.inTry && catchesToSomething(file.code.functions, call.fn) ? true : !!inner?.fallback,
  };
}

const timeouts =
  /time_?out|deadline|abort_?(signal|controller)|^signal$|request_timeout|WithTimeout|timeoutInterval|cancellationToken|callTimeout/i;
const retries = /retr(y|ies)|backoff|tenacity|polly|resilien|max_?attempts/i;

const has = (names: ReadonlySet<string>, pattern: RegExp): boolean =>
  [...names].some((name) => pattern.test(name));

/** Options of the call that made the object which this one is called on. */
function clientOptions({ call, file }: Coupling): string[] {
  const root = rootOf(call.expr.callee);
  const names = new Set<string>();
  if (root.is !== 'name') return [];
  const path = pathOf(call.expr.callee);
  const label =
    root.name === 'this' || root.name === call.fn?.receiver ? `this.${path[1]}` : root.name;
  for (const { name, value } of file.code.bindings)
    if ((name === label || name === `this.${label}`) && value?.is === 'call')
      for (const key of optionsOf({ expr: value }).keys()) names.add(key);
  return [...names];
}

/** Names of the calls that this one is handed to, or of the chain it is in. */
function callsAround({ call }: Coupling): string[] {
  const around: string[] = [];
  const add = (expr: CallExpr | undefined) => expr && around.push(...pathOf(expr.callee));
  add(call.argumentOf);
  add(call.chain);
  around.push(...pathOf(call.expr.callee));
  for (let fn: CodeFunction | undefined = call.fn; fn; fn = fn.outer) add(fn.handedTo);
  return around;
}

/** A `try` around the call is a fallback where the function gives something back in more than one place. */
const catchesToSomething = (_: readonly CodeFunction[], fn: CodeFunction | undefined): boolean =>
  fn !== undefined;

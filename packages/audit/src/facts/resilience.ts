import type { Coupling } from '../find/index.ts';
import type { Finding } from '../finding.ts';
import { type CallExpr, type CodeFunction, type Expr, pathOf, rootOf } from '../language/code.ts';
import { linesOf, type Project, valuesOf } from '../resolve/index.ts';
import type { SdkDefaults } from '../rules/index.ts';
import { answersOtherwise } from './fallback.ts';
import { optionsOf } from './options.ts';
import { timeoutMsIn } from './timeout.ts';

/**
 * What a call has against a slow or absent service: in its own options, in those its client or its
 * request was made with, or around it. What an SDK does where nobody chose stands apart.
 */
export function resilienceOf(coupling: Coupling, project: Project): Finding['resilience'] {
  const { call, file } = coupling;
  const made = madeWith(coupling, project);
  const names = [...optionsOf(call).keys(), ...made.names, ...callsAround(coupling)];
  const around = call.fn ? linesOf(file, call.fn.line, call.fn.endLine) : '';
  const marks = call.fn?.marks.join(' ') ?? '';
  const inner = coupling.through && resilienceOf(coupling.through.coupling, project);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const isAborted = has(signals) && aborts.test(around);
  const timeout = has(timeouts) || isAborted || timers.test(around) || !!inner?.timeout;
  const retry =
    has(retries) || retries.test(marks) || (call.inLoop && retries.test(around)) || !!inner?.retry;
  const text = [around || linesOf(file, call.expr.line, call.expr.endLine), ...made.texts];
  const timeoutMs = timeout
    ? (timeoutMsIn(text.join('\n'), file.language.id) ?? inner?.timeoutMs)
    : undefined;
  const byDefault = inner ? inner.byDefault : defaultsOf(coupling);
  return {
    timeout,
    ...(timeoutMs !== undefined && { timeoutMs }),
    retry,
    fallback:
      has(fallbacks) || fallbacks.test(marks) || answersOtherwise(coupling) || !!inner?.fallback,
    ...(byDefault && !(timeout && retry) && { byDefault }),
  };
}

const timeouts = /time_?out|deadline|WithTimeout|timeoutInterval|CancelAfter|wait_for|TimeLimiter/i;
const timers =
  /AbortSignal\.timeout|context\.WithTimeout|context\.WithDeadline|asyncio\.(wait_for|timeout)|withTimeout(OrNull)?\b|CancelAfter|tokio::time::timeout|SetRequestTimeout|orTimeout\(|completeOnTimeout\(|@TimeLimiter/;
/** A signal may be a person’s “stop”: it is a timeout where a clock sets it off. */
const signals = /^(abort_?)?(signal|controller)$/i;
const aborts = /AbortSignal\.timeout|setTimeout\([^)]*abort|abort\w*\(\)[^\n]*,\s*[\w.]+\s*\)/;
const retries = /retr(y|ies|ier)|backoff|tenacity|polly|resilien|max_?attempts?|\battempts?\b/i;
const fallbacks =
  /^(with_?)?fallbacks?|fallbackMethod|^(or_else|unwrap_or(_else|_default)?)$|CircuitBreaker/i;

interface Made {
  /** Options, and calls of builders. */
  readonly names: readonly string[];
  /** The lines of it. */
  readonly texts: readonly string[];
}

/** What the call’s object and its arguments were made with. */
function madeWith({ call, file }: Coupling, project: Project): Made {
  const { fn, owner } = call;
  const root = clientIn(call.expr.callee, fn);
  const named = [...(root ? [root] : []), ...givenIn(call.expr)].filter(
    (part) => part.is === 'name' || part.is === 'member',
  );
  const values = named.flatMap((part) => valuesOf(part, { file, fn, owner }, project));
  const set = file.code.bindings
    .filter((each) => each.fn === fn || each.owner === owner)
    .map(({ name }) => name.replace(/^this\./, ''))
    // `request.timeoutInterval = 20`
    .filter((name) => named.some((part) => name.startsWith(`${part.name}.`)));
  return {
    names: [...values.flatMap(({ value }) => optionNames(value)), ...set],
    texts: values.flatMap(({ value, at }) =>
      value.is === 'call' ? [linesOf(at.file, value.line, value.endLine)] : [],
    ),
  };
}

/** What the call is made on: a variable, or a field of the object around. */
function clientIn(callee: Expr, fn: CodeFunction | undefined): Expr | undefined {
  const root = rootOf(callee);
  if (root.is !== 'name') return root;
  const isOwn = /^(this|self)$/.test(root.name) || root.name === fn?.receiver;
  return isOwn ? fieldIn(callee, root) : root;
}

/** `this.client` in `this.client.chat.create`. */
function fieldIn(expr: Expr, root: Expr): Expr | undefined {
  if (expr.is === 'call') return fieldIn(expr.callee, root);
  if (expr.is !== 'member') return undefined;
  return expr.of === root ? expr : fieldIn(expr.of, root);
}

/** Arguments of a call, and of the calls that its object is made by. */
function givenIn(expr: Expr): Expr[] {
  if (expr.is === 'member') return givenIn(expr.of);
  if (expr.is !== 'call') return [];
  return [...expr.args.map(({ value }) => value), ...givenIn(expr.callee)];
}

function optionNames(value: Expr): string[] {
  if (value.is === 'call') return [...optionsOf({ expr: value }).keys(), ...pathOf(value.callee)];
  return value.is === 'record' ? value.entries.map(([key]) => key) : [];
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

/** What the SDK does by itself: of the package that the file imports, or of the rule’s first. */
function defaultsOf({ file, kind, provider, sdk = provider }: Coupling): SdkDefaults | undefined {
  const rule = kind === 'sdk' ? sdk.languages[file.language.id] : undefined;
  if (!rule?.defaults) return undefined;
  const isOf = (module: string, name: string) =>
    module === name || module.startsWith(`${name}.`) || module.startsWith(`${name}/`);
  const imported = rule.packages.filter((name) =>
    file.code.imports.some(({ module }) => isOf(module, name)),
  );
  const used = imported.length === 0 ? rule.packages.slice(0, 1) : imported;
  return used.includes(rule.defaults.package) ? rule.defaults : undefined;
}

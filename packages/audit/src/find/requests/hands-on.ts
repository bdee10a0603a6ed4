import { type CallSite, type CodeFunction, type Expr, pathOf } from '../../language/code.ts';
import type { SourceFile } from '../../resolve/index.ts';
import { named } from './made-by.ts';

/**
 * Whether a call sends what the function around it is given: as an argument anywhere in its chain
 * (`newCall(request).execute()`), or as the address of what it sends.
 */
export function handsOn({ expr }: CallSite, around: CodeFunction, file: SourceFile): boolean {
  const params = new Set(around.params.map(({ name }) => name));
  if (params.size === 0) return false;
  const given = argumentsIn(expr).flatMap((each) => (each.is === 'name' ? [each.name] : []));
  if (given.some((name) => params.has(name))) return true;
  const bindings = file.code.bindings.filter((each) => named(each.fn) === around);
  const sent = new Set(given);
  for (const { name, value } of bindings)
    if (value && sent.has(name))
      for (const each of addressesIn(value)) for (const part of namesIn(each)) sent.add(part);
  return [...sent].some((name) => params.has(name));
}

/** What the calls of a chain are given. */
function argumentsIn(expr: Expr): Expr[] {
  if (expr.is === 'member') return argumentsIn(expr.of);
  if (expr.is !== 'call') return [];
  return [...expr.args.map(({ value }) => value), ...argumentsIn(expr.callee)];
}

/** What makes the address in what makes a request. */
function addressesIn(expr: Expr): Expr[] {
  if (expr.is === 'member') return addressesIn(expr.of);
  if (expr.is === 'text') return [expr];
  if (expr.is !== 'call') return [];
  const own = addresses.test(pathOf(expr.callee).at(-1) ?? '') ? expr.args : [];
  return [...own.map(({ value }) => value), ...addressesIn(expr.callee)];
}

const addresses =
  /^(url|uri|URL|URI|Uri|URLRequest|HttpRequestMessage|RestRequest|HttpPost|HttpGet|create|newBuilder|toHttpUrl)$/;

function namesIn(expr: Expr): string[] {
  switch (expr.is) {
    case 'name':
      return [expr.name];
    case 'text':
      return expr.parts.flatMap((part) => (typeof part === 'string' ? [] : namesIn(part)));
    case 'call':
      return [
        ...expr.args.flatMap(({ value }) => namesIn(value)),
        ...(expr.callee.is === 'member' ? namesIn(expr.callee.of) : []),
      ];
    default:
      return [];
  }
}

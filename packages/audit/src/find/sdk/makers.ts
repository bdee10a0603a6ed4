import { type CallExpr, type Expr, pathOf } from '../../language/code.ts';
import { type Project, valuesOf } from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';

/** A client in an option of an option: deeper than people nest them. */
const maxDepth = 4;
const maxMakers = 40;

/**
 * The calls that make the client of a call, and what it is made with: of
 * `newClient(azure.WithEndpoint(url)).Chat.New()` the paths `newClient` and `azure.WithEndpoint`.
 */
export function makersOf(callee: Expr, site: Site, project: Project): string[][] {
  if (callee.is !== 'member') return [];
  const found: string[][] = [];
  const add = (expr: Expr, at: Site, depth: number): void => {
    if (depth === 0 || found.length > maxMakers) return;
    for (const { value, at: where } of valuesOf(expr, at, project)) {
      if (value.is === 'record') for (const [, each] of value.entries) add(each, where, depth - 1);
      if (value.is === 'call') addCall(value, where, depth);
    }
  };
  const addCall = (call: CallExpr, at: Site, depth: number): void => {
    found.push(pathOf(call.callee));
    for (const { value } of call.args) add(value, at, depth - 1);
    if (call.callee.is === 'member') add(call.callee.of, at, depth - 1);
  };
  for (let at: Expr = callee.of; ; ) {
    add(at, site, maxDepth);
    if (found.length > 0 || at.is !== 'member') return found;
    at = at.of;
  }
}

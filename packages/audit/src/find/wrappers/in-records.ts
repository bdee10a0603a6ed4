import type { CodeFunction, Expr, MemberExpr } from '../../language/code.ts';
import { argumentsFor } from '../../resolve/arguments.ts';
import { type Given, type Project, valuesOf } from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';
import type { Wrapper } from '../coupling.ts';

/**
 * The wrapper that a record keeps under the name that is called: `handlers.ask(q)` where
 * `handlers = { ask: async (q) => … }`, also of a record that a function gives or is given.
 */
export function inRecord(
  callee: Expr,
  site: Site,
  project: Project,
  wrappers: readonly Wrapper[],
): Wrapper | undefined {
  if (callee.is !== 'member' || site.file.language.id !== 'javascript') return undefined;
  const kept = wrappers.filter(
    ({ fn, file }) => fn.owner === undefined && file.language.id === 'javascript',
  );
  if (kept.length === 0) return undefined;
  const records = recordsOf(callee, site, project);
  return kept.find((wrapper) => records.some((each) => keeps(each, wrapper, wrappers)));
}

const recordsOf = ({ of }: MemberExpr, site: Site, project: Project): Given[] =>
  [...valuesOf(of, site, project), ...given(of, site, project)].filter(
    ({ value }) => value.is === 'record',
  );

/** What callers give for a parameter. */
function given(of: Expr, site: Site, project: Project): Given[] {
  if (of.is !== 'name') return [];
  for (let fn = site.fn; fn; fn = fn.outer)
    if (fn.params.some(({ name }) => name === of.name))
      return argumentsFor(fn, of.name, project).flatMap(({ value, at }) =>
        valuesOf(value, at, project),
      );
  return [];
}

/** Whether a record is the one around a function: in the same file, and made by the same function. */
function keeps({ at }: Given, { file, fn }: Wrapper, wrappers: readonly Wrapper[]): boolean {
  if (at.file !== file || at.fn !== fn.outer) return false;
  const known = new Set(wrappers.map((each) => each.fn));
  const alike = ({ name, outer }: CodeFunction) => name === fn.name && outer === fn.outer;
  return file.code.functions.filter(alike).every((each) => known.has(each));
}

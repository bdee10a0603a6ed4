import { type CallExpr, type CodeFunction, pathOf } from '../language/code.ts';
import type { Given } from './arguments.ts';
import { ownTypesOf } from './declared-type.ts';
import type { PlacedBinding, Project } from './project.ts';
import type { Site } from './site.ts';

/** More functions of one name say nothing together. */
const maxMeant = 12;

/**
 * What the functions of the codebase give back that a call may mean: those of the type that it is
 * called on, through interfaces too, and those of other files that its name or prefix imports. Each
 * stands where the function's parameters hold what the call gives.
 */
export function returnedBy(call: CallExpr, site: Site, project: Project): Given[] {
  const path = pathOf(call.callee);
  const all = project.returnsOf(path.at(-1) ?? '');
  if (all.length === 0) return [];
  return meantBy(call, path, all, site, project)
    .slice(0, maxMeant)
    .flatMap(({ file, binding: { value, fn, owner } }) => {
      if (!value || !fn || fn === site.fn) return [];
      return [{ value, at: { file, fn, owner, call: { fn, args: call.args, at: site } } }];
    });
}

function meantBy(
  { callee }: CallExpr,
  path: readonly string[],
  all: readonly PlacedBinding[],
  site: Site,
  project: Project,
): readonly PlacedBinding[] {
  const { file } = site;
  const same = all.filter((each) => each.file.language.id === file.language.id);
  const name = path.at(-1) ?? '';
  if (callee.is === 'name') {
    const free = same.filter(({ binding }) => binding.owner === undefined);
    const here = free.filter((each) => each.file === file);
    if (here.length > 0) return here;
    const from = new Set([
      ...project.neighbours(file),
      ...file.code.imports
        .filter(({ local }) => local === name || local === '*')
        .flatMap((each) => project.imported(file, each)),
    ]);
    return free.filter((each) => from.has(each.file));
  }
  if (callee.is !== 'member') return [];
  const types = ownTypesOf(callee.of, site, project);
  const isSelf = path.length === 2 && isObject(path[0] ?? '', site.fn);
  if (isSelf && site.owner !== undefined) types.push(site.owner);
  if (callee.of.is === 'name' && project.isType(callee.of.name)) types.push(callee.of.name);
  const ofTypes = same.filter(({ binding: { owner = '', fn } }) =>
    types.some((type) => fn?.extends === type || project.mayStandFor(owner, type, name)),
  );
  if (ofTypes.length > 0 || types.length > 0 || path.length !== 2) return ofTypes;
  const from = new Set(
    file.code.imports
      .filter(({ local }) => local === path[0])
      .flatMap((each) => project.imported(file, each)),
  );
  return same.filter((each) => from.has(each.file) && each.binding.owner === undefined);
}

function isObject(name: string, fn: CodeFunction | undefined): boolean {
  if (/^(this|self|super|base)$/.test(name)) return true;
  for (let at = fn; at; at = at.outer) if (at.receiver === name) return true;
  return false;
}

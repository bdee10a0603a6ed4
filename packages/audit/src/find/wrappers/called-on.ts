import { type Expr, pathOf } from '../../language/code.ts';
import { ownTypesOf, type Project, type SourceFile } from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';
import type { Wrapper } from '../coupling.ts';

/** The wrapper of the type that a call's receiver is declared with. */
export function ofDeclaredType(
  callee: Expr,
  site: Site,
  project: Project,
  wrappers: readonly Wrapper[],
): Wrapper | undefined {
  if (callee.is !== 'member') return undefined;
  // A library's interface is implemented by many others, and called by the library.
  const types = ownTypesOf(callee.of, site, project);
  return wrappers.find((wrapper) =>
    types.some((type) => mayMean(type, wrapper, wrappers, project)),
  );
}

/** Whether a call on a type may mean a wrapper: one of the type itself, or of most that stand for it. */
export function mayMean(
  type: string,
  { fn: { owner, name }, file: { language } }: Wrapper,
  wrappers: readonly Wrapper[],
  project: Project,
): boolean {
  if (owner === undefined || !project.mayStandFor(owner, type, name)) return false;
  // Each package of Go may have a type of that name.
  if (owner === type && language.id !== 'go') return true;
  return mostlyWraps(type, name, wrappers, project);
}

/** So many implementations that reach a model are no chance, whatever others do. */
const many = 5;

/** Whether most of a type's implementations of a method reach a model: of one that few do, no call says so. */
export function mostlyWraps(
  type: string,
  method: string,
  wrappers: readonly Wrapper[],
  project: Project,
): boolean {
  const all = project
    .functionsNamed(method)
    .filter(({ owner }) => owner !== undefined && project.mayStandFor(owner, type, method));
  // There, types of one name may each have one, and what an interface asks for is no function.
  if (wrappers[0]?.file.language.id === 'go') {
    const known = new Set(wrappers.map(({ fn }) => fn));
    return isMost(all.filter((each) => known.has(each)).length, all.length);
  }
  const owners = new Set(wrappers.map(({ fn }) => fn.owner));
  const others = [...new Set(all.map(({ owner }) => owner))].filter((each) => each !== type);
  return isMost(others.filter((each) => owners.has(each)).length, others.length);
}

const isMost = (reaching: number, all: number): boolean => reaching * 2 >= all || reaching >= many;

/**
 * Where a language declares no types: the method of a family of classes of which most reach a model,
 * called on an object that is named after what they do or are.
 */
export function ofFamily(
  callee: Expr,
  { language }: SourceFile,
  wrappers: readonly Wrapper[],
  project: Project,
): Wrapper | undefined {
  if (callee.is !== 'member' || !/^(python|javascript)$/.test(language.id)) return undefined;
  const own = wrappers.filter(({ file, fn }) => file.language === language && fn.owner);
  const [first] = own;
  const supers = own.map(({ fn, file }) => supersOf(fn.owner ?? '', file));
  const base = supers[0]?.find((each) => supers.filter((of) => of.includes(each)).length > 1);
  if (!first || base === undefined) return undefined;
  const object = (pathOf(callee.of).at(-1) ?? '').toLowerCase();
  const isNamedSo =
    roles.test(object) || object.includes(first.fn.name.toLowerCase().slice(0, minStem));
  return isNamedSo && object.length >= 3 && mostlyWraps(base, first.fn.name, own, project)
    ? first
    : undefined;
}

const minStem = 7;
const roles = /model|llm|provider|engine|backend|agent|assistant|translat|embedder|chatbot/;

const supersOf = (owner: string, { code }: SourceFile): readonly string[] =>
  code.types.find(({ name }) => name === owner)?.supers.filter((each) => !anyBase.test(each)) ?? [];

const anyBase =
  /^(object|ABC|abc|metaclass|ABCMeta|Protocol|Generic|Exception|extends|implements)$/;

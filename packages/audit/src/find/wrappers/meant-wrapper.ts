import { type CallSite, type CodeFunction, pathOf } from '../../language/code.ts';
import {
  type Origin,
  originsOf,
  ownFile,
  type Project,
  type SourceFile,
} from '../../resolve/index.ts';
import type { Wrapper } from '../coupling.ts';
import { mayMean, mostlyWraps, ofDeclaredType, ofFamily } from './called-on.ts';
import { enclosing } from './enclosing.ts';
import { inRecord } from './in-records.ts';
import { meansKept } from './kept.ts';

/** The wrapper that a call means, as far as can be told. */
export interface Meant {
  readonly wrapper: Wrapper;
  /** How sure it is that the call means it, 0 to 1. */
  readonly confidence: number;
  /** The function around is given it to call, and may as well be given another. */
  readonly isHanded?: true;
}

/** The wrapper that a call means: by what its receiver or import resolves to. */
export function meantWrapper(
  file: SourceFile,
  call: CallSite,
  project: Project,
  candidates: readonly Wrapper[],
): Meant | undefined {
  const kept = candidates.find((each) => each.kept && meansKept(each, call, file, project));
  if (kept) return { wrapper: kept, confidence: 1 };
  const others = candidates.filter(({ fn, kept }) => !kept && enclosing(call.fn) !== fn);
  const near = others.filter((wrapper) => isNear(file, call, project, wrapper));
  const direct = near.find(({ fn }) => isOwnOrAbove(fn, call, project, candidates));
  if (direct) return { wrapper: direct, confidence: 1 };
  const itself = candidates.find((wrapper) => callsItself(file, call, project, wrapper));
  if (itself) return { wrapper: itself, confidence: 1 };
  if (near.length > 0) return undefined;
  const site = { file, fn: call.fn, owner: call.owner };
  const declared = ofDeclaredType(call.expr.callee, site, project, others);
  if (declared) return { wrapper: declared, confidence: 0.95 };
  const inside = inRecord(call.expr.callee, site, project, others);
  if (inside) return { wrapper: inside, confidence: 0.9 };
  const origins = originsOf(call.expr.callee, site, project);
  for (const wrapper of others) {
    const meant = origins.some((origin) => isMeant(origin, wrapper, others, project));
    if (meant) return { wrapper, confidence: 0.95 };
  }
  const relative = ofFamily(call.expr.callee, file, others, project);
  if (relative) return { wrapper: relative, confidence: 0.65 };
  if (origins.length > 0 && !isAnyones(call, file)) return undefined;
  const alone = byNameAlone(project, others, enclosing(call.fn));
  return alone && origins.length > 0 ? { ...alone, confidence: 0.65 } : alone;
}

/**
 * Whether a call's object is a parameter that is declared without a type: what callers of functions
 * of its name give may be another's.
 */
function isAnyones({ expr: { callee }, fn }: CallSite, { language }: SourceFile): boolean {
  if (callee.is !== 'member' || !/^(python|javascript)$/.test(language.id)) return false;
  const [root = ''] = pathOf(callee);
  if (/^(this|self|cls|)$/.test(root)) return false;
  for (let at = fn; at; at = at.outer) {
    const param = at.params.find(({ name }) => name === root);
    if (param) return param.type === undefined;
  }
  return false;
}

/** A bare call beside its function, or one on the object itself or a relative. */
function isNear(
  file: SourceFile,
  call: CallSite,
  project: Project,
  { file: of, fn }: Wrapper,
): boolean {
  const path = pathOf(call.expr.callee);
  const owner = call.owner ?? call.fn?.owner;
  const isSame = fn.owner === owner;
  const isNeighbour = project.neighbours(file).includes(of);
  if (path.length === 1 && isNeighbour && (fn.owner === undefined || isSame)) return true;
  if (path.length === 1 && !namesItself.test(of.language.id)) return false;
  if (path.length === 1) return isRelative(owner, fn, of, file, project);
  if (path.length !== 2 || !isSelf(path[0] ?? '', call)) return false;
  if (isNeighbour && isSame) return true;
  return isRelative(owner, fn, of, file, project);
}

/** Languages in which a method calls another of its object, or of a relative, by its name alone. */
const namesItself = /^(java|kotlin|swift|csharp)$/;

function isRelative(
  owner: string | undefined,
  { owner: other, name }: CodeFunction,
  of: SourceFile,
  { language }: SourceFile,
  project: Project,
): boolean {
  if (owner === undefined || other === undefined || of.language !== language) return false;
  return project.mayStandFor(other, owner, name);
}

/** A function that calls itself asks once more: it tries again, or asks for the parts of something. */
function callsItself(file: SourceFile, call: CallSite, project: Project, wrapper: Wrapper) {
  const [first = ''] = pathOf(call.expr.callee);
  return (
    enclosing(call.fn) === wrapper.fn &&
    !/^(super|base)$/.test(first) &&
    isNear(file, call, project, wrapper)
  );
}

/** What a type leaves to those that extend it reaches a model where most of them do. */
function isOwnOrAbove(
  { name, owner }: CodeFunction,
  call: CallSite,
  project: Project,
  candidates: readonly Wrapper[],
): boolean {
  const around = call.owner ?? call.fn?.owner;
  if (owner === undefined || around === undefined || owner === around) return true;
  return !project.extends(owner, around) || mostlyWraps(around, name, candidates, project);
}

function isSelf(name: string, call: CallSite): boolean {
  if (/^(this|self|super|base)$/.test(name)) return true;
  for (let fn = call.fn; fn; fn = fn.outer) if (fn.receiver === name) return true;
  return false;
}

function isMeant(
  origin: Origin,
  wrapper: Wrapper,
  wrappers: readonly Wrapper[],
  project: Project,
): boolean {
  const { file, fn } = wrapper;
  const path = ownFile(origin);
  const { owner } = fn;
  if (path === undefined) {
    // `database.message.create` is no function of a file, whatever that is called.
    const isFree = owner === undefined && origin.path.length <= 2;
    const names = isFree ? origin.path.slice(-1) : owner === undefined ? [] : origin.path;
    return names.includes(owner ?? fn.name) && project.ownsModule(origin.module);
  }
  if (path === file.path)
    return owner === undefined || origin.path.includes(owner) || origin.path.length === 1;
  const type = origin.path.at(-2);
  return owner !== undefined && type !== undefined && mayMean(type, wrapper, wrappers, project);
}

/** Where nothing says what the receiver is, a name of several words that only wrappers have. */
function byNameAlone(
  project: Project,
  [wrapper, ...more]: readonly Wrapper[],
  around: CodeFunction | undefined,
): Meant | undefined {
  if (!wrapper || !/[a-z][A-Z]|[a-z]_[a-z]/.test(wrapper.fn.name)) return undefined;
  const wrappers = new Set([wrapper, ...more].map(({ fn }) => fn));
  const all = project.functionsNamed(wrapper.fn.name);
  return all.every((fn) => fn === around || wrappers.has(fn))
    ? { wrapper, confidence: 0.7 }
    : undefined;
}

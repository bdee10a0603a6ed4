import { type CallSite, type CodeFunction, pathOf } from '../../language/code.ts';
import { ownTypesOf, type Project, type SourceFile } from '../../resolve/index.ts';
import type { Coupling, Wrapper } from '../coupling.ts';

/**
 * The function without a name around a coupling, as a wrapper that is called by the name that it is
 * kept under: a variable, or a field of some type.
 */
export function keptAround(coupling: Coupling): Wrapper | undefined {
  for (let fn = coupling.call.fn; fn && fn.name === ''; fn = fn.outer) {
    const { keptAs } = fn;
    if (keptAs && keptAs.name !== '_') {
      const { owner: _, ...rest } = fn;
      const named = { ...rest, name: keptAs.name, ...(keptAs.owner && { owner: keptAs.owner }) };
      return { file: coupling.file, fn: named, coupling, kept: fn };
    }
  }
  return undefined;
}

/** Whether a call means a function that is kept: in its scope, or as a field of the type it is kept in. */
export function meansKept(
  { fn, file: of, kept }: Wrapper,
  call: CallSite,
  file: SourceFile,
  project: Project,
): boolean {
  const { callee } = call.expr;
  const inScope = file === of && encloses(kept?.outer, call.fn);
  const object = kept?.keptAs?.of;
  if (callee.is === 'name') return inScope && fn.owner === undefined && object === undefined;
  if (callee.is !== 'member' || (fn.owner === undefined && object === undefined)) return false;
  const path = pathOf(callee);
  if (inScope && path.length === 2 && path[0] === object) return true;
  if (fn.owner === undefined || !project.neighbours(file).includes(of)) return false;
  if (path.length === 2 && isReceiver(path[0] ?? '', call.fn)) return call.owner === fn.owner;
  return ownTypesOf(callee.of, { file, fn: call.fn, owner: call.owner }, project).includes(
    fn.owner,
  );
}

const encloses = (outer: CodeFunction | undefined, inner: CodeFunction | undefined): boolean => {
  for (let at = inner; at; at = at.outer) if (at === outer) return true;
  return outer === undefined;
};

function isReceiver(name: string, fn: CodeFunction | undefined): boolean {
  for (let at = fn; at; at = at.outer) if (at.receiver === name) return true;
  return name === 'this';
}

import { type CallSite, type CodeFunction, type Expr, pathOf } from '../../language/code.ts';
import { declaredTypesOf, type Project, type SourceFile } from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';

/** A function, and the file that it stands in. */
export interface PlacedFunction {
  readonly file: SourceFile;
  readonly fn: CodeFunction;
}

/** The functions of a codebase by name, each with its file. */
export type FunctionsByName = ReadonlyMap<string, readonly PlacedFunction[]>;

export const functionsByName = ({ files }: Project): FunctionsByName =>
  Map.groupBy(
    files.flatMap((file) => file.code.functions.map((fn) => ({ file, fn }))),
    ({ fn }) => fn.name,
  );

/** A request is made at most so many calls away from where it is sent. */
const maxCalls = 2;
/** More functions of one name are everybody's: `build`, `create`. */
const maxSame = 3;

/**
 * The functions that make what a call sends: the one around it, and those that it calls on its own
 * object or that only it can mean.
 */
export function madeBy(
  call: CallSite,
  file: SourceFile,
  functions: FunctionsByName,
  project: Project,
): PlacedFunction[] {
  const around = named(call.fn);
  if (!around) return [];
  const found = new Map<CodeFunction, PlacedFunction>([[around, { file, fn: around }]]);
  let last = [...found.values()];
  for (let depth = 0; depth < maxCalls; depth++) {
    const next = last.flatMap((caller) => calledBy(caller, functions, project));
    last = next.filter(({ fn }) => !found.has(fn));
    for (const each of last) found.set(each.fn, each);
  }
  return [...found.values()];
}

/** The function with a name around a callback. */
export function named(fn: CodeFunction | undefined): CodeFunction | undefined {
  for (let at = fn; at; at = at.outer) if (at.name !== '') return at;
  return undefined;
}

function calledBy(
  { file, fn }: PlacedFunction,
  functions: FunctionsByName,
  project: Project,
): PlacedFunction[] {
  const calls = file.code.calls.filter((each) => named(each.fn) === fn);
  return calls.flatMap(({ expr }) => {
    const path = pathOf(expr.callee);
    const candidates = functions.get(path.at(-1) ?? '') ?? [];
    const same = candidates.filter(({ file: { language } }) => language === file.language);
    const onItself =
      path.length === 1 || (path.length === 2 && /^(this|super|base)$/.test(path[0]!));
    const own = same.filter(
      (each) =>
        fn.owner !== undefined &&
        each.fn.owner !== undefined &&
        project.mayStandFor(each.fn.owner, fn.owner, each.fn.name),
    );
    if (onItself && own.length > 0) return own;
    if (!makes.test(path.at(-1) ?? '')) return [];
    const meant = ofReceiver(expr.callee, { file, fn, owner: fn.owner }, same, project);
    return meant.length <= maxSame ? meant : [];
  });
}

/** Those of the type that the receiver is declared with; else those beside the call, if any are. */
function ofReceiver(
  callee: Expr,
  site: Site,
  candidates: readonly PlacedFunction[],
  project: Project,
): readonly PlacedFunction[] {
  const near = candidates.filter(({ file }) => file === site.file);
  if (callee.is !== 'member') return near.length > 0 ? near : candidates;
  const types = declaredTypesOf(callee.of, site).filter((type) => project.isType(type));
  const ofType = candidates.filter(({ fn: { owner, name } }) =>
    types.some((type) => owner !== undefined && project.mayStandFor(owner, type, name)),
  );
  if (ofType.length > 0) return ofType;
  if (near.length > 0) return near;
  return types.length > 0 ? [] : candidates;
}

/** Names of functions that make a request, or part of one, for others. */
const makes = /request|body|payload|prompt|message|build|prepare|headers/i;

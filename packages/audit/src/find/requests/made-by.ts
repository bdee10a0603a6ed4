import { type CallSite, type CodeFunction, pathOf } from '../../language/code.ts';
import type { Project, SourceFile } from '../../resolve/index.ts';

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
    return same.length <= maxSame && makes.test(path.at(-1) ?? '') ? same : [];
  });
}

/** Names of functions that make a request, or part of one, for others. */
const makes = /request|body|payload|prompt|message|build|prepare|headers/i;

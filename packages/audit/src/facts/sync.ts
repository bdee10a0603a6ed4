import type { Coupling } from '../find/index.ts';
import type { CodeFunction } from '../language/code.ts';
import { linesOf, type SourceFile } from '../resolve/index.ts';
import {
  applicationSign,
  declaredSign,
  extensionSign,
  type GivenByName,
  isJoined,
  loopSign,
  namedSign,
  pathSign,
  type SyncSign,
  startedBy,
} from '../waits/index.ts';

/** Who waits for each coupling. */
export type SyncOf = (coupling: Coupling) => SyncSign;

/** What is known of the codebase around. */
export interface Surroundings {
  /** What the application is that a file belongs to. */
  readonly applicationOf: (path: string) => SyncSign | undefined;
  readonly givenByName: GivenByName;
}

/**
 * Who waits for a call. The surest sign decides: how it is started; what the function around it is
 * declared as or handed to; who waits for the function's callers; then names, loops over the parts
 * of documents, the file's place in the codebase, and at last what kind of application that is. Of
 * callers, what a framework declares counts before the call's own names, and other signs after them.
 */
export function syncByCoupling(couplings: readonly Coupling[], around: Surroundings): SyncOf {
  const callers = Map.groupBy(
    couplings.filter(({ through }) => through),
    ({ through }) => through?.fn,
  );
  const known = new Map<Coupling, SyncSign>();
  const syncOf = (coupling: Coupling): SyncSign => {
    const before = known.get(coupling);
    if (before) return before;
    // Functions that call each other: the one asked first says nothing to the other.
    known.set(coupling, nothing);
    const sign = decide(coupling);
    known.set(coupling, sign);
    return sign;
  };
  const decide = (coupling: Coupling): SyncSign => {
    const { call, file } = coupling;
    const own = ownSign(coupling, around.givenByName);
    if (own) return own;
    const signs = functionsAround(call.fn).flatMap((fn) => (callers.get(fn) ?? []).map(syncOf));
    return (
      ofCallers(signs, 'declared') ??
      namedSign(call) ??
      loopSign(call, file) ??
      ofCallers(signs, 'named') ??
      extensionSign(file) ??
      pathSign(call, file.path) ??
      ofCallers(signs, 'placed') ??
      around.applicationOf(file.path) ??
      applicationSign(file) ??
      nothing
    );
  };
  return syncOf;
}

const nothing: SyncSign = { sync: 'unknown', sign: '', weight: 'placed' };

/** Of several callers, the one that waits most. */
function ofCallers(signs: readonly SyncSign[], weight: SyncSign['weight']): SyncSign | undefined {
  for (const sync of ['request', 'background', 'batch'] as const) {
    const found = signs.find((each) => each.weight === weight && each.sync === sync);
    if (found)
      return { ...found, sign: `of a caller: ${found.sign.replace(/^(of a caller: )+/, '')}` };
  }
  return undefined;
}

function ownSign({ call, file }: Coupling, byName: GivenByName): SyncSign | undefined {
  const { fn } = call;
  const isJoinedIn = (each: CodeFunction | undefined) => isJoined(textOf(each, file));
  if (call.spawned && !isJoinedIn(fn)) return spawned;
  const started = call.argumentOf && startedBy(call.argumentOf);
  if (started && !isJoinedIn(fn)) return started;
  for (const each of functionsAround(fn)) {
    if (each.spawned && !isJoinedIn(each.outer)) return spawned;
    const sign = declaredSign(each, file) ?? byName(each, file);
    const isAside = sign?.sync === 'background' && each.handedTo && isJoinedIn(each.outer);
    if (sign && !isAside) return sign;
  }
  return undefined;
}

const spawned: SyncSign = {
  sync: 'background',
  sign: 'it is started without being waited for',
  weight: 'declared',
};

const textOf = (fn: CodeFunction | undefined, file: SourceFile): string =>
  fn ? linesOf(file, fn.line, fn.endLine) : '';

/** A function and those that it is written in, from the inside out. */
function functionsAround(fn: CodeFunction | undefined): CodeFunction[] {
  const around: CodeFunction[] = [];
  for (let at = fn; at; at = at.outer) around.push(at);
  return around;
}

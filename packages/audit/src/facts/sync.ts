import type { Coupling } from '../find/index.ts';
import type { CallSite, CodeFunction } from '../language/code.ts';
import { linesOf, type Project, type SourceFile } from '../resolve/index.ts';
import {
  afterSign,
  applicationSign,
  callersByName,
  declaredSign,
  discardSign,
  extensionSign,
  type GivenByName,
  isGivenChannel,
  isJoined,
  isScript,
  loopSign,
  loopWithin,
  madeBySign,
  mappedSign,
  namedSign,
  pathSign,
  queueSign,
  type SyncSign,
  saysLittle,
  scriptLoopSign,
  startedBy,
} from '../waits/index.ts';

/** Who waits for each coupling. */
export type SyncOf = (coupling: Coupling) => SyncSign;

/** What is known of the codebase around. */
export interface Surroundings {
  /** What the application is that a file belongs to. */
  readonly applicationOf: (path: string) => SyncSign | undefined;
  readonly givenByName: GivenByName;
  readonly project: Project;
}

/** A call, wherever it reaches a model itself or a function that does. */
type Placed = Pick<Coupling, 'call' | 'file' | 'through'>;

/** Callers of callers are asked so far. */
const farthest = 12;

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
  const known = new Map<CallSite, SyncSign>();
  const syncOf = (placed: Placed, steps: number): SyncSign => {
    const before = known.get(placed.call);
    if (before) return before;
    if (steps > farthest) return nothing;
    // Functions that call each other: the one asked first says nothing to the other.
    known.set(placed.call, nothing);
    const sign = decide(placed, steps);
    known.set(placed.call, sign);
    return sign;
  };
  const mapped = ({ fn }: CallSite, file: SourceFile) => {
    for (const each of functionsAround(fn)) {
      const sign = mappedSign(each, file, around.project.callsOf(each.name));
      if (sign) return sign;
    }
    return undefined;
  };
  const decide = (placed: Placed, steps: number): SyncSign => {
    const { call, file } = placed;
    const own = ownSign({ call, file }, around.givenByName) ?? mapped(call, file);
    if (own) return own;
    const functions = functionsAround(call.fn);
    const signsOf = (placed: readonly Placed[]) => placed.map((each) => syncOf(each, steps + 1));
    const signs = signsOf(functions.flatMap((fn) => callers.get(fn) ?? []));
    const byName = () => {
      const placed = functions.flatMap((fn) => callersByName(fn, file, around.project));
      return ofCallers(signsOf(placed), 'declared');
    };
    const named = namedSign(call, file.path);
    return (
      ofCallers(signs, 'declared') ??
      eventSign(around.applicationOf(file.path)) ??
      (named && saysLittle(named) ? byName() : undefined) ??
      named ??
      loopSign(call, file) ??
      ofCallers(signs, 'named') ??
      byName() ??
      madeBySign(call.fn, file, around.project) ??
      scriptSign(placed) ??
      extensionSign(file) ??
      pathSign(call, file.path) ??
      loopWithin(placed) ??
      ofCallers(signs, 'placed') ??
      around.applicationOf(file.path) ??
      applicationSign(file) ??
      nothing
    );
  };
  return (coupling) => syncOf(coupling, 0);
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

function ownSign({ call, file }: Placed, byName: GivenByName): SyncSign | undefined {
  const { fn } = call;
  const queued = queueSign(call, file);
  if (queued) return queued;
  const isJoinedIn = (each: CodeFunction | undefined) => isJoined(textOf(each, file));
  if (call.spawned && !isJoinedIn(fn) && !isGivenChannel(call.expr)) return spawned;
  const started = call.argumentOf && startedBy(call.argumentOf);
  if (started && !isJoinedIn(fn)) return started;
  for (const each of functionsAround(fn)) {
    if (each.spawned && !isJoinedIn(each.outer)) return spawned;
    const sign = afterSign(each, file) ?? declaredSign(each, file) ?? byName(each, file);
    const isAside = sign?.sync === 'background' && each.handedTo && isJoinedIn(each.outer);
    if (sign && !isAside) return sign;
  }
  return discardSign(call, file);
}

/** What a script goes through, or what it starts does. */
function scriptSign({ call, file, through }: Placed): SyncSign | undefined {
  const own = scriptLoopSign(call, file);
  if (own || !through || !isScript(file)) return own;
  const { coupling: inner } = through;
  return loopSign(inner.call, inner.file) ?? scriptLoopSign(inner.call, inner.file);
}

/** That nobody sits in front of an application says more than names of functions, classes and directories. */
const eventSign = (sign: SyncSign | undefined): SyncSign | undefined =>
  sign?.sync === 'background' ? sign : undefined;

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

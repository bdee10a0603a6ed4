import type { Coupling } from '../find/index.ts';
import type { CodeFunction } from '../language/code.ts';
import { applicationSign, type SyncSign, startedBy, strongSign, weakSign } from '../waits/index.ts';

/** Who waits for each coupling. */
export type SyncOf = (coupling: Coupling) => SyncSign;

/**
 * Who waits for a call. The surest sign decides: how it is started; what the function around it is
 * declared as or handed to; who waits for the function's callers; then names, the file's place in
 * the codebase, and at last what kind of application that is.
 *
 * @param applicationOf what the application is that a file belongs to
 */
export function syncByCoupling(
  couplings: readonly Coupling[],
  applicationOf: (path: string) => SyncSign | undefined,
): SyncOf {
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
    const sign = ownSign(coupling) ?? ofCallers(coupling) ?? ofPlace(coupling);
    known.set(coupling, sign);
    return sign;
  };
  const ofCallers = ({ call }: Coupling): SyncSign | undefined => {
    const signs = functionsAround(call.fn).flatMap((fn) => (callers.get(fn) ?? []).map(syncOf));
    for (const sync of ['request', 'background', 'batch'] as const) {
      const found = signs.find((each) => each.sync === sync);
      if (found)
        return { sync, sign: `of a caller: ${found.sign.replace(/^(of a caller: )+/, '')}` };
    }
    return undefined;
  };
  const ofPlace = ({ call, file }: Coupling): SyncSign =>
    weakSign(call, file.path) ?? applicationOf(file.path) ?? applicationSign(file) ?? nothing;
  return syncOf;
}

const nothing: SyncSign = { sync: 'unknown', sign: '' };

function ownSign({ call }: Coupling): SyncSign | undefined {
  if (call.spawned) return { sync: 'background', sign: 'it is started without being waited for' };
  const started = call.argumentOf && startedBy(call.argumentOf);
  if (started) return started;
  for (const fn of functionsAround(call.fn)) {
    const sign = strongSign(fn);
    if (sign) return sign;
  }
  return undefined;
}

/** A function and those that it is written in, from the inside out. */
function functionsAround(fn: CodeFunction | undefined): CodeFunction[] {
  const around: CodeFunction[] = [];
  for (let at = fn; at; at = at.outer) around.push(at);
  return around;
}

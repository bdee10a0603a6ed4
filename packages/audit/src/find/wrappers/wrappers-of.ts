import type { CodeFunction } from '../../language/code.ts';
import { isEntryPoint } from '../../waits/index.ts';
import type { Coupling, Wrapper } from '../coupling.ts';
import { enclosing } from './enclosing.ts';
import { keptAround } from './kept.ts';

/** Wrappers around wrappers are followed so far; farther up it is the application. */
const maxDepth = 2;

/** What only likely calls a wrapper makes none of what is around it. */
const sureEnough = 0.64;

/** The named functions around couplings. A local engine's callers are local, and so no findings. */
export function wrappersOf(couplings: readonly Coupling[]): Wrapper[] {
  const wrappers = new Map<CodeFunction, Wrapper>();
  const kept = new Map<CodeFunction, Wrapper>();
  for (const coupling of couplings) {
    if (coupling.kind === 'local' || coupling.isHanded) continue;
    if (depthOf(coupling) >= maxDepth) continue;
    if (coupling.through && coupling.confidence < sureEnough) continue;
    const fn = enclosing(coupling.call.fn);
    if (fn && !wrappers.has(fn) && isWrapper(fn))
      wrappers.set(fn, { file: coupling.file, fn, coupling });
    const inside = keptAround(coupling);
    if (inside?.kept && !kept.has(inside.kept)) kept.set(inside.kept, inside);
  }
  return [...wrappers.values(), ...kept.values()];
}

/**
 * An entry point (a route's handler, `main`, a constructor) is where a request comes in, no wrapper;
 * and who asks a stream for more has asked the model before.
 */
const isWrapper = (fn: CodeFunction): boolean =>
  !/^(main|constructor|__init__|init|setUp|setup|new|New|handler)$/.test(fn.name) &&
  !/^(Next|Recv|Current|next|__a?next__|__a?iter__|poll_next|hasNext|moveNext|MoveNextAsync)$/.test(
    fn.name,
  ) &&
  fn.name !== fn.owner &&
  !isEntryPoint(fn);

const depthOf = (coupling: Coupling): number =>
  coupling.through ? 1 + depthOf(coupling.through.coupling) : 0;

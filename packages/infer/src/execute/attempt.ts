import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Candidate } from '@selvedge/core/route';
import type { ExecuteOptions } from './types.ts';

/** How one attempt ended: with a result, or with the error that ended it. */
export type Ending<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly error: SelvedgeError };

type Ports<R> = Pick<ExecuteOptions<R>, 'attempt' | 'clock' | 'signal'>;

/**
 * Makes one attempt and waits for it until it ends, its time is up or the caller gives up. One
 * that is not waited for any more is cancelled through its signal; whatever it still says is
 * dropped. The attempt begins before this function returns, so that nothing comes between the
 * check of its candidate and its start.
 */
export function makeAttempt<R>(
  { attempt, clock, signal }: Ports<R>,
  candidate: Candidate,
  timeoutMs: number,
): Promise<Ending<R>> {
  const controller = new AbortController();
  const running = new Promise<R>((resolve) => {
    resolve(attempt(candidate, { signal: controller.signal, timeoutMs }));
  });
  return new Promise((resolve) => {
    const end = (ending: Ending<R>) => {
      callOff();
      signal?.removeEventListener('abort', onAbort);
      resolve(ending);
    };
    const abandon = (error: SelvedgeError) => {
      end({ ok: false, error });
      controller.abort(error);
    };
    const onAbort = () => abandon(cancelled());
    const callOff = clock.timer(timeoutMs, () => abandon(tooLate(candidate, timeoutMs)));
    signal?.addEventListener('abort', onAbort, { once: true });
    running.then(
      (result) => end({ ok: true, result }),
      (caught) => end({ ok: false, error: toSelvedgeError(caught) }),
    );
  });
}

export const cancelled = (): SelvedgeError =>
  new SelvedgeError('cancelled', 'the caller gave up the request');

const tooLate = (candidate: Candidate, timeoutMs: number): SelvedgeError =>
  new SelvedgeError('timeout', `${candidate.id} did not answer within ${Math.round(timeoutMs)} ms`);

import type { Logger } from '@selvedge/node/telemetry';
import type { Authority } from './authority.ts';

/** Often enough that a machine that slept renews soon after it wakes. */
const everyMs = 60_000;

/**
 * Renews snapshot and timestamp now and well before they expire, for as long as the hub runs. A
 * failure (a full disk, a root that knows other keys) is logged and tried again: a hub that
 * cannot sign still serves what was signed, and takes the update that mends it. Returns what
 * stops it.
 */
export async function keepRenewed(
  authority: Pick<Authority, 'renew'>,
  log: Logger,
): Promise<() => Promise<void>> {
  let running: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    try {
      if (await authority.renew()) log.info('renewed snapshot and timestamp');
    } catch (error) {
      log.error(error, 'snapshot and timestamp could not be renewed');
    }
  };
  await renew();
  const timer = setInterval(() => {
    running = running.then(renew);
  }, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}

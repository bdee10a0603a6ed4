import { fail, toSelvedgeError } from '@selvedge/core/errors';
import { maxBytes } from '@selvedge/core/trust';
import { type Static, Type } from 'typebox';
import { fetchJson, isLoopbackName } from '../http/index.ts';
import { httpCarrier } from './http-carrier.ts';

/** What a hub says about its repository, as far as first use needs it. */
const TrustStatus = Type.Object({ dev: Type.Boolean(), established: Type.Boolean() });

/**
 * Trust on first use: the first root, as the hub itself gives it. Only where the hub says that it
 * runs with `--dev`, and where nothing that documents may come from is on another machine: an edge
 * on loopback relays what a hub elsewhere says.
 *
 * @param hub the hub's own URL. No edge is asked, neither for the root nor whether it may be taken.
 * @param origins everything else that documents may come from.
 * @throws SelvedgeError `trust-no-root` where it is not allowed, `unavailable` before the first
 * publish, `bad-upstream` where no hub answers, and what a fetch throws.
 */
export async function firstRoot(hub: string, origins: readonly string[]): Promise<Uint8Array> {
  const elsewhere = [hub, ...origins].find((origin) => !isLoopbackName(new URL(origin).hostname));
  if (elsewhere !== undefined) refuseFirstUse(`${elsewhere} is not on this machine`);
  const base = hub.replace(/\/$/, '');
  const status = await trustStatus(base);
  if (!status.dev) refuseFirstUse(`the hub at ${hub} does not run with --dev`);
  if (!status.established) {
    fail('unavailable', `the hub at ${hub} has no root of trust yet`, {
      hint: 'publish a first release to it',
    });
  }
  const carrier = httpCarrier(() => [`${base}/trust/`]);
  // Roots that never reached a hub leave a gap before the first one that did.
  for (let version = 1; version <= maxGap; version++) {
    const carried = await carrier(`${version}.root.json`, { maxBytes: maxBytes.root });
    if (carried.kind === 'found') return carried.bytes;
  }
  return refuseFirstUse(`the hub at ${hub} gives none`);
}

const maxGap = 64;

/** Asks the hub how its repository stands. What has no such document is no hub, whatever it says. */
async function trustStatus(base: string): Promise<Static<typeof TrustStatus>> {
  try {
    // Not redirected: the answer would be another one's.
    return await fetchJson(`${base}/api/v1/trust`, TrustStatus, { maxRedirects: 0 });
  } catch (caught) {
    const error = toSelvedgeError(caught);
    if (error.code !== 'not-found' && error.code !== 'bad-document') throw error;
    return fail('bad-upstream', `no hub answers at ${base}: ${error.message}`, {
      hint: "check the hub's address",
      details: error.details,
      cause: caught,
    });
  }
}

const refuseFirstUse = (reason: string): never =>
  fail('trust-no-root', `no root of trust was given, and ${reason}`, {
    hint: 'give the root of trust with --trust-root FILE (selvedge keys export prints it)',
  });

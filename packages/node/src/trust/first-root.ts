import { fail } from '@selvedge/core/errors';
import { type Carrier, maxBytes } from '@selvedge/core/trust';
import { Type } from 'typebox';
import { fetchJson } from '../http/index.ts';

/** What a hub says about its repository, as far as first use needs it. */
const TrustStatus = Type.Object({ dev: Type.Boolean(), established: Type.Boolean() });

/**
 * Trust on first use: the first root, as the hub itself gives it. Only from loopback, and only
 * where the hub says that it runs with `--dev`.
 *
 * @param origin the hub's URL, or an edge's that relays to it.
 * @throws SelvedgeError `trust-no-root` where it is not allowed, `unavailable` before the first
 * publish, and what a fetch throws.
 */
export async function firstRoot(origin: string, carrier: Carrier): Promise<Uint8Array> {
  const { hostname } = new URL(origin);
  if (!loopback.test(hostname)) refuseFirstUse(`${origin} is not on this machine`);
  const status = await fetchJson(`${origin.replace(/\/$/, '')}/api/v1/trust`, TrustStatus);
  if (!status.dev) refuseFirstUse(`the hub at ${origin} does not run with --dev`);
  if (!status.established) {
    fail('unavailable', `the hub at ${origin} has no root of trust yet`, {
      hint: 'publish a first release to it',
    });
  }
  // Roots that never reached a hub leave a gap before the first one that did.
  for (let version = 1; version <= maxGap; version++) {
    const carried = await carrier(`${version}.root.json`, { maxBytes: maxBytes.root });
    if (carried.kind === 'found') return carried.bytes;
  }
  return refuseFirstUse(`the hub at ${origin} gives none`);
}

const maxGap = 64;

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const refuseFirstUse = (reason: string): never =>
  fail('trust-no-root', `no root of trust was given, and ${reason}`, {
    hint: 'give the root of trust with --trust-root FILE (selvedge keys export prints it)',
  });

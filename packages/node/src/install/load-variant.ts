import { createHash } from 'node:crypto';
import { fail } from '@selvedge/core/errors';
import { Golden, type InstallTarget } from '@selvedge/core/release';
import { type Descriptor, parseWireDocument } from '@selvedge/core/schema';
import type { ModelBytes } from '@selvedge/infer/engine';
import { readAll } from '../http/index.ts';
import type { ContentStore } from '../store/index.ts';
import { variantLayers } from './fetch-variant.ts';

/** A variant's bytes, read from the disk and found to be the signed ones. */
export interface LoadedBytes {
  readonly model: ModelBytes;
  readonly golden: Golden;
}

/**
 * Reads a variant from the store and verifies every byte again: what a disk or an intruder changed
 * since it was fetched does not run (promise 2). A blob that fails is removed from the store.
 *
 * @throws SelvedgeError `trust-digest`, `io-failed` (missing), `bad-document`, `trust-mismatch`
 */
export async function loadVariant(
  store: ContentStore,
  target: InstallTarget,
): Promise<LoadedBytes> {
  await readVerified(store, target.variant.manifest);
  const layers = await variantLayers(store, target);
  const external: Record<string, Uint8Array> = {};
  for (const [location, descriptor] of Object.entries(layers.external)) {
    external[location] = await readVerified(store, descriptor);
  }
  const model = {
    model: await readVerified(store, layers.model),
    name: `${target.variant.id} ${target.version}`,
    ...(Object.keys(external).length > 0 && { external }),
  };
  return {
    model,
    golden: readGolden(await readVerified(store, layers.golden), layers.golden.digest),
  };
}

async function readVerified(store: ContentStore, { digest }: Descriptor): Promise<Uint8Array> {
  const body = await store.read(digest);
  if (!body)
    return fail('io-failed', `${digest} is not in the store any more`, { details: { digest } });
  const bytes = await readAll(body);
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (actual === digest) return bytes;
  await store.remove(digest);
  return fail('trust-digest', `the stored bytes do not have the digest ${digest}`, {
    hint: 'they changed on the disk; they are fetched again with the next poll',
    details: { digest, actual },
  });
}

function readGolden(bytes: Uint8Array, digest: string): Golden {
  const from = `golden document ${digest}`;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    fail('bad-document', `${from}: not JSON`, { cause });
  }
  return parseWireDocument(Golden, json, from);
}

import { createHash } from 'node:crypto';
import { fail } from '@selvedge/core/errors';
import { Golden, type InstallTarget } from '@selvedge/core/release';
import { type Descriptor, type Digest, parseWireDocument } from '@selvedge/core/schema';
import type { ModelBytes } from '@selvedge/infer/engine';
import type { ContentStore } from '../store/index.ts';
import { variantLayers } from './fetch-variant.ts';
import type { VariantLayers } from './variant-manifest.ts';

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
  const model = {
    model: await readVerified(store, layers.model),
    name: `${target.variant.id} ${target.version}`,
    ...(await loadWeights(store, target.variant.manifest.digest, layers.external)),
  };
  return {
    model,
    golden: readGolden(await readVerified(store, layers.golden), layers.golden.digest),
  };
}

/** Weights up to this size are read; more is mapped by the engine from where it stands (decision 19). */
const readBytes = 32 * 1024 * 1024;

/**
 * The weights beside a model, every byte verified. Large ones stay on the disk: they are only read
 * through here, and the engine maps the files. What changes them after that would run, as would
 * what changes the memory of the process that read them: both need the rights of the agent.
 */
async function loadWeights(
  store: ContentStore,
  owner: Digest,
  layers: VariantLayers['external'],
): Promise<Pick<ModelBytes, 'external' | 'directory'>> {
  const files = Object.entries(layers);
  if (files.length === 0) return {};
  if (files.reduce((sum, [, { size }]) => sum + size, 0) > readBytes) {
    for (const [, descriptor] of files) await verify(store, descriptor, () => {});
    const digests = files.map(([location, { digest }]) => [location, digest] as const);
    const directory = await store.layOut?.(owner, Object.fromEntries(digests));
    if (directory !== undefined) return { directory };
  }
  const external: Record<string, Uint8Array> = {};
  for (const [location, descriptor] of files) {
    external[location] = await readVerified(store, descriptor);
  }
  return { external };
}

async function readVerified(store: ContentStore, descriptor: Descriptor): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await verify(store, descriptor, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks);
}

/** Reads a blob through; `take` sees bytes before it is known that they are the signed ones. */
async function verify(
  store: ContentStore,
  { digest }: Descriptor,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const body = await store.read(digest);
  if (!body)
    return fail('io-failed', `${digest} is not in the store any more`, { details: { digest } });
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    take(chunk);
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual === digest) return;
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

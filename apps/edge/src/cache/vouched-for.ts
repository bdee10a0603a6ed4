import { createHash } from 'node:crypto';
import type { CacheRoute } from './cache-route.ts';
import type { Document } from './document.ts';

/** What the kept metadata says about a versioned file: that it is this one, another, or nothing. */
export type Vouched = 'yes' | 'no' | 'unknown';

type Find = (key: string) => Promise<Pick<Document, 'body'> | undefined>;
type Versioned = Extract<CacheRoute, { kind: 'versioned' }>;

/**
 * Holds a versioned file against the hashes in the timestamp and the snapshot that are kept. No
 * signature is checked here: devices do that. This keeps a file that an origin took back, or one
 * of an origin that was restored from a backup, from being served for good. Roots have no hash
 * anywhere, and need none: each is signed by the one before.
 */
export async function vouchedFor(
  { role, version }: Versioned,
  body: Uint8Array,
  find: Find,
): Promise<Vouched> {
  if (role === 'root') return 'yes';
  const snapshot = await listedIn('/trust/timestamp.json', 'snapshot', find);
  const listed =
    role === 'snapshot' || snapshot === undefined
      ? snapshot
      : await listedIn(`/trust/${snapshot.version}.snapshot.json`, role, find);
  if (listed?.version !== version || listed.sha256 === undefined) return 'unknown';
  return listed.sha256 === sha256(body) ? 'yes' : 'no';
}

interface Listed {
  readonly version: unknown;
  readonly sha256: string | undefined;
}

async function listedIn(key: string, role: string, find: Find): Promise<Listed | undefined> {
  const document = await find(key);
  const meta = document && metaOf(document.body);
  const name = `${role}.json`;
  const file = meta && Object.hasOwn(meta, name) ? meta[name] : undefined;
  if (!file) return undefined;
  const hash = file.hashes?.sha256;
  return {
    version: file.version,
    sha256: typeof hash === 'string' ? hash.toLowerCase() : undefined,
  };
}

type Meta = Readonly<
  Record<string, { version?: unknown; hashes?: { sha256?: unknown } | null } | null>
>;

/** Kept bodies do not change, and are asked about with every request. */
const remembered = <T>(read: (body: Uint8Array) => T): ((body: Uint8Array) => T) => {
  const known = new WeakMap<Uint8Array, { readonly value: T }>();
  return (body) => {
    const found = known.get(body) ?? { value: read(body) };
    known.set(body, found);
    return found.value;
  };
};

const metaOf = remembered((body): Meta => {
  const { signed } = JSON.parse(new TextDecoder().decode(body)) as { signed: { meta?: Meta } };
  return signed.meta ?? {};
});

const sha256 = remembered((body) => createHash('sha256').update(body).digest('hex'));

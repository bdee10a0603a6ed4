import type { Digest } from '@selvedge/core/schema';

/**
 * How the cache treats a path. What the fabric names by content or version never changes and is
 * kept; what moves is asked about again; the rest passes through.
 */
export type CacheRoute =
  /** An OCI blob: any size, streamed, verified against its digest. */
  | { readonly kind: 'blob'; readonly digest: Digest }
  /** An OCI manifest, or a TUF target, named by its digest. */
  | { readonly kind: 'addressed'; readonly digest: Digest }
  /** TUF metadata with its version in the name (consistent snapshots, TUF 1.0.34 §6.2). */
  | { readonly kind: 'versioned'; readonly version: number; readonly role: string }
  /** `timestamp.json`: the one document of a TUF repository that changes in place. */
  | { readonly kind: 'timestamp' }
  /** An OCI tag or tag list: changes in place, asked about every time. */
  | { readonly kind: 'tag' }
  | { readonly kind: 'pass' };

/**
 * Classifies a request's target. With a query only a blob is still sure to be what its path says;
 * the rest passes through, so that nobody fills the disk with spellings of one document.
 */
export function cacheRoute(target: string): CacheRoute {
  const [path, query] = target.split('?', 2) as [string, string?];
  const route = routeOfPath(path);
  return query === undefined || route.kind === 'blob' ? route : { kind: 'pass' };
}

function routeOfPath(path: string): CacheRoute {
  const oci = /^\/v2\/(?:[^/]+\/)*[^/]+\/(blobs|manifests)\/(sha256:[0-9a-f]{64})$/.exec(path);
  if (oci) return { kind: oci[1] === 'blobs' ? 'blob' : 'addressed', digest: oci[2]! };
  if (/^\/v2\/.+\/(manifests\/\w[\w.-]{0,127}|tags\/list)$/.test(path)) return { kind: 'tag' };
  if (path === '/trust/timestamp.json') return { kind: 'timestamp' };
  const versioned = /^\/trust\/([1-9]\d{0,9})\.([^/]+)\.json$/.exec(path);
  const role = versioned && decoded(versioned[2]!);
  if (role) return { kind: 'versioned', version: Number(versioned[1]), role };
  const target256 = /^\/trust\/targets\/(?:[^/]+\/)*([0-9a-f]{64})\.[^/]+$/.exec(path);
  if (target256) return { kind: 'addressed', digest: `sha256:${target256[1]}` };
  return { kind: 'pass' };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The route's name in metrics. */
export const routeName: Readonly<Record<CacheRoute['kind'], string>> = {
  blob: '/v2/*/blobs/{digest}',
  addressed: '/{digest}',
  versioned: '/trust/{version}.*.json',
  timestamp: '/trust/timestamp.json',
  tag: '/v2/*/{tag}',
  pass: '/*',
};

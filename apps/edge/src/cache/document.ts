import { createHash } from 'node:crypto';
import { SelvedgeError } from '@selvedge/core/errors';
import type { CacheRoute } from './cache-route.ts';

/** A small answer that is kept: status 200, the headers that describe it, and its bytes. */
export interface Document {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** When the origin last said that this is current, milliseconds since 1970. */
  readonly validatedAt: number;
}

/** Headers that stay with a kept document. */
export const keptHeaders = [
  'content-type',
  'etag',
  'last-modified',
  'docker-content-digest',
  'content-disposition',
  'oci-filters-applied',
] as const;

/**
 * Refuses what cannot be the document that its name promises, before it is kept for good: a wrong
 * one would be served until somebody cleans the cache. Whether it is *genuine* the device decides.
 *
 * @throws SelvedgeError `trust-digest`, `bad-upstream`
 */
export function checkDocument(route: CacheRoute, body: Uint8Array, url: string): void {
  if (route.kind === 'addressed') checkDigest(body, route.digest, url);
  if (route.kind !== 'versioned' && route.kind !== 'timestamp') return;
  const version = metadataVersion(body);
  if (version === undefined || (route.kind === 'versioned' && version !== route.version)) {
    throw new SelvedgeError(
      'bad-upstream',
      `${url} answered something that is not this TUF metadata`,
      {
        hint: 'check that the upstream is a Selvedge hub',
        details: { url },
      },
    );
  }
}

function checkDigest(body: Uint8Array, digest: string, url: string): void {
  const actual = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (actual === digest) return;
  throw new SelvedgeError(
    'trust-digest',
    `${url} answered bytes that do not have the digest ${digest}`,
    {
      details: { url, digest, actual },
    },
  );
}

function metadataVersion(body: Uint8Array): number | undefined {
  try {
    const { signed } = JSON.parse(new TextDecoder().decode(body)) as {
      signed?: { version?: unknown };
    };
    return typeof signed?.version === 'number' ? signed.version : undefined;
  } catch {
    return undefined;
  }
}

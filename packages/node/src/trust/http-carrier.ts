import { isSelvedgeError } from '@selvedge/core/errors';
import type { Carrier } from '@selvedge/core/trust';
import { failForStatus, httpFetch } from '../http/index.ts';

/** Milliseconds one metadata file may take in all, however it trickles in (slow retrieval). */
const totalTimeoutMs = 120_000;

/**
 * Carries repository files over HTTP from the first of several origins that answers: an edge,
 * then the hub. Stops reading at the byte limit; sends `If-None-Match` where the caller has a tag.
 *
 * @param bases the repository's URL at each origin, e.g. `http://127.0.0.1:7400/trust/`.
 * @param anew asks every cache on the way to look for itself (RFC 9111, §5.2.1.4).
 */
export function httpCarrier(
  bases: () => readonly string[],
  { anew = false }: { anew?: boolean } = {},
): Carrier {
  return async (path, { maxBytes, tag }) => {
    let failure: unknown;
    for (const base of bases()) {
      try {
        return await carry(`${base.replace(/\/?$/, '/')}${path}`, maxBytes, tag, anew);
      } catch (caught) {
        failure = caught;
      }
    }
    throw failure;
  };
}

async function carry(
  url: string,
  maxBytes: number,
  tag: string | undefined,
  anew: boolean,
): ReturnType<Carrier> {
  const answer = await httpFetch(url, {
    maxBytes,
    tooLarge: 'trust-too-large',
    expect: 'bytes',
    signal: AbortSignal.timeout(totalTimeoutMs),
    headers: {
      ...(tag !== undefined && { 'if-none-match': tag }),
      ...(anew && { 'cache-control': 'no-cache' }),
    },
  });
  if (answer.status === 304 && tag !== undefined) return { kind: 'unchanged' };
  if (answer.status === 404 || answer.status === 410) {
    answer.discard();
    return { kind: 'missing' };
  }
  if (!answer.ok) await failForStatus(answer);
  try {
    return { kind: 'found', bytes: await answer.bytes(), tag: answer.headers.etag };
  } catch (caught) {
    if (isSelvedgeError(caught) && caught.code === 'trust-too-large') return { kind: 'too-large' };
    throw caught;
  }
}

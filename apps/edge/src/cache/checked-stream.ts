import { createHash } from 'node:crypto';
import { SelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';

/**
 * Passes a whole blob on and checks it on the way: the last chunk goes out only when the digest
 * is right.
 * @throws SelvedgeError `trust-digest`
 */
export async function* checkedOnTheWay(
  body: AsyncIterable<Uint8Array>,
  digest: Digest,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of body) {
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== digest) {
    throw new SelvedgeError('trust-digest', `the origin's bytes do not have the digest ${digest}`, {
      details: { digest, actual },
    });
  }
  if (held) yield held;
}

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import { diskError } from './disk-error.ts';
import type { BlobInfo, BlobWriter } from './ports.ts';
import { makeDirectory, syncDirectory } from './sync-directory.ts';

interface Expected {
  readonly digest: Digest;
  readonly size?: number;
}

/**
 * A {@link BlobWriter} over one partial file, which becomes `final` when its bytes have the
 * expected digest. What an earlier writer left in the partial file is hashed again and kept.
 */
export async function openBlobFile(
  partial: string,
  final: string,
  expected: Expected,
): Promise<BlobWriter> {
  const hash = createHash('sha256');
  let handle: FileHandle;
  let offset: number;
  try {
    handle = await open(partial, 'a+', 0o600);
    offset = await resume(handle, hash, expected.size);
  } catch (caught) {
    throw diskError(caught, `write ${partial}`);
  }
  let closed = false;

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  const discard = async (): Promise<void> => {
    await close();
    await rm(partial, { force: true });
  };
  /** Runs a step; a failure leaves no partial file that would fill the disk or never verify. */
  const orDiscard = async <R>(step: () => Promise<R>): Promise<R> => {
    if (closed) fail('internal', `the writer of ${expected.digest} is closed`);
    try {
      return await step();
    } catch (caught) {
      await discard();
      throw diskError(caught, `store ${expected.digest}`);
    }
  };

  const write = async (chunk: Uint8Array): Promise<void> => {
    checkRoom(expected, offset + chunk.length);
    for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    hash.update(chunk);
    offset += chunk.length;
  };
  const commit = async (): Promise<BlobInfo> => {
    checkDigest(expected, offset, hash);
    await handle.sync();
    await close();
    await makeDirectory(dirname(final));
    await rename(partial, final);
    await syncDirectory(dirname(final));
    return { digest: expected.digest, size: offset };
  };
  return {
    get offset() {
      return offset;
    },
    write: (chunk) => orDiscard(() => write(chunk)),
    read: (start, end) => readBack(handle, start, Math.min(end, offset)),
    commit: () => orDiscard(commit),
    async suspend() {
      if (closed) return;
      await handle.sync().finally(close);
    },
    abort: discard,
  };
}

/** Feeds what is already there to the hash. More than the blob has cannot be its beginning. */
async function resume(handle: FileHandle, hash: Hash, size: number | undefined): Promise<number> {
  const there = (await handle.stat()).size;
  if (size !== undefined && there > size) {
    await handle.truncate(0);
    return 0;
  }
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);
  let at = 0;
  while (at < there) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return at;
}

async function readBack(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, end - start));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function checkRoom({ digest, size }: Expected, needed: number): void {
  if (size === undefined || needed <= size) return;
  fail('trust-too-large', `${digest} is longer than the ${size} bytes it should have`, {
    hint: 'the sender does not send what was asked for',
    details: { digest, size },
  });
}

function checkDigest({ digest, size }: Expected, offset: number, hash: Hash): void {
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual === digest && (size === undefined || size === offset)) return;
  fail('trust-digest', `the bytes do not have the digest ${digest}`, {
    hint: 'the sender does not send what was asked for, or the transfer was damaged',
    details: { digest, actual, size, received: offset },
  });
}

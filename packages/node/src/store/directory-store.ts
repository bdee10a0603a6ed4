import { open, opendir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import { openBlobFile } from './blob-file.ts';
import { diskError, isMissing } from './disk-error.ts';
import { linkFiles } from './linked-files.ts';
import type { BlobInfo, BlobWriter, ContentStore } from './ports.ts';
import { makeDirectory, syncDirectory } from './sync-directory.ts';

/**
 * A content store in a directory:
 *
 *     sha256/<first two hex digits>/<hex>   blobs, whole and verified
 *     partial/<hex>                         an upload that can be resumed
 *     partial/<hex>.<n>                     a second upload of the same blob at the same time
 *     files/<hex>/                          blobs under the names that an engine expects them
 *
 * A blob becomes visible by fsync, rename, fsync of the directory, and only when its bytes have
 * its digest. When the disk is full, the upload is removed, so that it does not keep it full.
 */
export function directoryStore(dir: string): ContentStore {
  const partials = join(dir, 'partial');
  const writing = new Set<string>();
  const ready = once(() => prepare(dir, partials));

  return {
    async stat(digest) {
      const size = await sizeOf(pathOf(dir, digest));
      return size === undefined ? undefined : { digest, size };
    },
    async read(digest, range) {
      const path = pathOf(dir, digest);
      const size = await sizeOf(path);
      if (size === undefined) return undefined;
      const start = Math.min(range?.start ?? 0, size);
      return readPart(path, start, Math.min(range?.end ?? size, size));
    },
    async writer(expected) {
      await ready();
      const partial = freePartial(partials, hexOf(expected.digest), writing);
      try {
        const writer = await openBlobFile(partial, pathOf(dir, expected.digest), expected);
        return releasing(writer, () => writing.delete(partial));
      } catch (caught) {
        writing.delete(partial);
        throw caught;
      }
    },
    async remove(digest) {
      const path = pathOf(dir, digest);
      await rm(join(dir, 'files', hexOf(digest)), { recursive: true, force: true });
      if ((await sizeOf(path)) === undefined) return;
      await rm(path, { force: true });
      await syncDirectory(dirname(path));
    },
    async layOut(owner, files) {
      const path = join(dir, 'files', hexOf(owner));
      const from = Object.entries(files).map(([name, digest]) => [name, pathOf(dir, digest)]);
      return (await linkFiles(path, Object.fromEntries(from))) ? path : undefined;
    },
    list: () => listBlobs(join(dir, 'sha256')),
  };
}

const hexOf = (digest: Digest): string => {
  const match = /^sha256:([0-9a-f]{64})$/.exec(digest);
  return (
    match?.[1] ?? fail('bad-input', `${digest} is not a sha256 digest`, { details: { digest } })
  );
};

function pathOf(dir: string, digest: Digest): string {
  const hex = hexOf(digest);
  return join(dir, 'sha256', hex.slice(0, 2), hex);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${path}`);
  }
}

/** 256 KiB reads: larger ones gain nothing, 64 KiB ones cost half the throughput. */
const readBytes = 256 * 1024;

// The file is opened with the first read, not before: an iterable that nobody starts owns nothing.
async function* readPart(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, 'r');
  } catch (caught) {
    throw diskError(caught, `read ${path}`);
  }
  try {
    for (let at = start; at < end; ) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, end - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0)
        fail('io-failed', `${path} is shorter than it was`, { details: { path } });
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** The resumable name, or a private one where another writer of this blob has that. */
function freePartial(partials: string, hex: string, writing: Set<string>): string {
  let path = join(partials, hex);
  for (let n = 1; writing.has(path); n++) path = join(partials, `${hex}.${n}`);
  writing.add(path);
  return path;
}

function releasing(writer: BlobWriter, release: () => void): BlobWriter {
  const then = async <R>(result: Promise<R>): Promise<R> => result.finally(release);
  return {
    get offset() {
      return writer.offset;
    },
    write: (chunk) => writer.write(chunk),
    read: (start, end) => writer.read(start, end),
    commit: () => then(writer.commit()),
    suspend: () => then(writer.suspend()),
    abort: () => then(writer.abort()),
  };
}

const staleMs = 7 * 24 * 3600 * 1000;

/** Makes the directories, and sweeps uploads that nobody resumed in a week or nobody can. */
async function prepare(dir: string, partials: string): Promise<void> {
  try {
    await makeDirectory(join(dir, 'sha256'));
    await makeDirectory(partials);
    for await (const entry of await opendir(partials)) {
      const path = join(partials, entry.name);
      const abandoned =
        entry.name.includes('.') || Date.now() - (await stat(path)).mtimeMs > staleMs;
      if (abandoned) await rm(path, { force: true });
    }
  } catch (caught) {
    throw diskError(caught, `open the content store ${dir}`);
  }
}

async function* listBlobs(root: string): AsyncGenerator<BlobInfo> {
  try {
    for await (const shard of await opendir(root)) {
      for await (const { name } of await opendir(join(root, shard.name))) {
        const size = await sizeOf(join(root, shard.name, name));
        if (size !== undefined) yield { digest: `sha256:${name}`, size };
      }
    }
  } catch (caught) {
    if (!isMissing(caught)) throw diskError(caught, `list ${root}`);
  }
}

function once(step: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= step().catch((caught) => {
      done = undefined;
      throw caught;
    });
    return done;
  };
}

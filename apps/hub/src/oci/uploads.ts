import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FamilyName } from '@selvedge/core/schema';
import { diskError, makeDirectory } from '@selvedge/node/store';
import type { Clock } from '../clock.ts';
import { refuse } from './oci-error.ts';

/** A blob that arrives in several requests; its digest is told with the last one. */
export interface Upload {
  readonly id: string;
  readonly repository: FamilyName;
  /** Bytes received. */
  readonly offset: number;
  /** Appends a request's body; what arrived before it broke off stays. */
  append(body: AsyncIterable<Uint8Array>): Promise<void>;
  /** What was received. */
  read(): AsyncIterable<Uint8Array>;
}

/**
 * Upload sessions (distribution specification 1.1, "Pushing a blob in chunks"). They live in
 * memory and a scratch directory, and end with the hub: a client that finds its session gone
 * starts over, as the specification lets it.
 */
export interface Uploads {
  begin(repository: FamilyName): Promise<Upload>;
  /** Runs one request of a session at a time. Refuses with BLOB_UPLOAD_UNKNOWN. */
  use<R>(repository: FamilyName, id: string, step: (upload: Upload) => Promise<R>): Promise<R>;
  end(id: string): Promise<void>;
  /** Forgets every session. */
  close(): Promise<void>;
}

/** A session that nobody touched for an hour is over. */
const idleMs = 3600 * 1000;
const maxSessions = 1000;

interface Session {
  readonly upload: Upload;
  readonly path: string;
  readonly handle: FileHandle;
  busy: boolean;
  usedAt: number;
}

export async function openUploads(dir: string, maxBytes: number, clock: Clock): Promise<Uploads> {
  await rm(dir, { recursive: true, force: true });
  await makeDirectory(dir);
  const sessions = new Map<string, Session>();

  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id);
    if (!session) return;
    sessions.delete(id);
    await session.handle.close();
    await rm(session.path, { force: true });
  };
  const sweep = async (): Promise<void> => {
    const before = clock().getTime() - idleMs;
    for (const [id, session] of sessions) {
      if (!session.busy && session.usedAt < before) await end(id);
    }
  };
  return {
    async begin(repository) {
      await sweep();
      if (sessions.size >= maxSessions) refuse('TOOMANYREQUESTS', 'too many uploads are open');
      const session = await openSession(dir, repository, maxBytes, clock);
      sessions.set(session.upload.id, session);
      return session.upload;
    },
    async use(repository, id, step) {
      const session = sessions.get(id);
      if (session?.upload.repository !== repository) {
        return refuse('BLOB_UPLOAD_UNKNOWN', `no upload ${id} in ${repository}: start a new one`);
      }
      if (session.busy) {
        refuse('BLOB_UPLOAD_INVALID', 'another request of this upload is not over', {
          status: 409,
        });
      }
      session.busy = true;
      try {
        return await step(session.upload);
      } finally {
        session.busy = false;
        session.usedAt = clock().getTime();
      }
    },
    end,
    async close() {
      await Promise.all([...sessions.keys()].map(end));
    },
  };
}

async function openSession(
  dir: string,
  repository: FamilyName,
  maxBytes: number,
  clock: Clock,
): Promise<Session> {
  const id = randomUUID();
  const path = join(dir, id);
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx', 0o600);
  } catch (caught) {
    throw diskError(caught, 'begin an upload');
  }
  return {
    upload: uploadInto(id, repository, path, handle, maxBytes),
    path,
    handle,
    busy: false,
    usedAt: clock().getTime(),
  };
}

function uploadInto(
  id: string,
  repository: FamilyName,
  path: string,
  handle: FileHandle,
  maxBytes: number,
): Upload {
  let offset = 0;
  const write = async (chunk: Uint8Array): Promise<void> => {
    if (offset + chunk.length > maxBytes)
      refuse('SIZE_INVALID', `blobs end at ${maxBytes} bytes here`);
    try {
      for (let at = 0; at < chunk.length; ) {
        at += (await handle.write(chunk, at, chunk.length - at, offset + at)).bytesWritten;
      }
    } catch (caught) {
      throw diskError(caught, 'receive an upload');
    }
    offset += chunk.length;
  };
  return {
    id,
    repository,
    get offset() {
      return offset;
    },
    async append(body) {
      for await (const chunk of body) await write(chunk);
    },
    read: () =>
      offset === 0
        ? nothing()
        : createReadStream(path, { end: offset - 1, highWaterMark: 256 * 1024 }),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

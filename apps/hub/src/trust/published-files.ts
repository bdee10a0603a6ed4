import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { diskError, isMissing, makeDirectory, writeDurably } from '@selvedge/node/store';

/** One file under `/trust/`, ready to be sent. */
export interface PublishedFile {
  readonly bytes: Uint8Array;
  /** Strong (RFC 9110 §8.8.3): the hash of the bytes. */
  readonly etag: string;
}

/** A file to publish: its path under `/trust/`, percent-encoded like its URL, and its content. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * What stands under `/trust/`: on the disk, and in memory, from where it is served, so that a
 * poll touches neither disk nor database.
 */
export interface PublishedFiles {
  get(path: string): PublishedFile | undefined;
  paths(): IterableIterator<string>;
  /**
   * Publishes files as one change, in their order (the timestamp last): first all of them as one
   * durable plan, which a restart after a crash carries out; then each; then the plan goes.
   */
  publish(files: readonly NewFile[]): Promise<void>;
}

/** Opens `dir` and completes a change that a crash interrupted. */
export async function openPublishedFiles(dir: string): Promise<PublishedFiles> {
  await makeDirectory(dir);
  const files = new Map<string, PublishedFile>();
  const plan = join(dir, planName);
  const carryOut = async (change: readonly NewFile[]): Promise<void> => {
    for (const { path, bytes } of change) {
      const target = join(dir, ...path.split('/'));
      await makeDirectory(dirname(target));
      await writeDurably(target, bytes, { mode: 0o644 });
      files.set(path, served(bytes));
    }
    await rm(plan, { force: true });
  };

  await readInto(files, dir, dir);
  const unfinished = await readPlan(plan);
  if (unfinished) await carryOut(unfinished);
  return {
    get: (path) => files.get(path),
    paths: () => files.keys(),
    async publish(change) {
      await writeDurably(plan, JSON.stringify(change.map(encode)));
      await carryOut(change);
    },
  };
}

const planName = 'plan.json';

const served = (bytes: Uint8Array): PublishedFile => ({
  bytes,
  etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
});

const encode = ({ path, bytes }: NewFile) => ({
  path,
  base64: Buffer.from(bytes).toString('base64'),
});

async function readPlan(plan: string): Promise<NewFile[] | undefined> {
  try {
    const entries = JSON.parse(await readFile(plan, 'utf8')) as ReturnType<typeof encode>[];
    return entries.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, 'base64') }));
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${plan}`);
  }
}

async function readInto(
  files: Map<string, PublishedFile>,
  root: string,
  dir: string,
): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      await readInto(files, root, path);
    } else if (entry.name.endsWith('.tmp')) {
      await rm(path);
    } else if (path !== join(root, planName)) {
      files.set(relative(root, path).split(sep).join('/'), served(await readFile(path)));
    }
  }
}

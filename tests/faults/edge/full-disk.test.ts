/** A real small filesystem under the edge. Mounting one needs root on Linux. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { describeUnless } from '../../support/skip.ts';
import {
  type Blob,
  digestOf,
  makeBlob,
  metric,
  openStage,
  type Stage,
  serveBlob,
} from './origin.ts';

const mebi = 1024 * 1024;
const root = await mkdtemp(join(tmpdir(), 'selvedge-edge-full-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'selvedge-test', root]).status ===
  0;
afterAll(async () => {
  if (mounted) spawnSync('umount', [root]);
  await rm(root, { recursive: true });
});
const noMount = !mounted && 'mounting a small file system needs root on Linux';

let stage: Stage;
afterEach(() => stage.close());

const openOver = async (blobs: readonly Blob[]): Promise<Stage> => {
  stage = await openStage(
    (request, response) => {
      const blob = blobs.find(({ path }) => path === request.url);
      return blob ? serveBlob(blob)(request, response) : response.writeHead(404).end();
    },
    { dataDir: join(root, 'edge') },
  );
  return stage;
};
const digestThrough = async ({ path }: Blob): Promise<string> =>
  digestOf(Buffer.from(await (await fetch(stage.edge.url + path)).arrayBuffer()));

describeUnless(noMount)('an edge whose disk is full', () => {
  it('still passes every byte on, keeps nothing half, and says so in its metrics', async () => {
    const blob = makeBlob(6 * mebi);
    await openOver([blob]);
    await writeFile(join(root, 'filler'), Buffer.alloc(5 * mebi));
    const digests = await Promise.all([1, 2, 3].map(() => digestThrough(blob)));
    expect(new Set(digests)).toEqual(new Set([blob.digest]));
    const part = await fetch(stage.edge.url + blob.path, {
      headers: { range: `bytes=${5 * mebi}-` },
    });
    expect(digestOf(Buffer.from(await part.arrayBuffer()))).toBe(
      digestOf(blob.bytes.subarray(5 * mebi)),
    );
    await expect
      .poll(() => metric(stage.edge, 'edge_cache_fill_failures_total', 'code="disk-full"'))
      .toBeGreaterThan(0);
    expect(await readdir(join(root, 'edge', 'blobs', 'sha256'))).toEqual([]);
    expect(await readdir(join(root, 'edge', 'blobs', 'partial'))).toEqual([]);

    await rm(join(root, 'filler'));
    expect(await digestThrough(blob)).toBe(blob.digest);
    await expect.poll(() => metric(stage.edge, 'edge_cache_blob_bytes')).toBe(blob.bytes.length);
  });

  it('gives up the blobs used least recently, so that the next fits', async () => {
    await rm(join(root, 'edge'), { recursive: true, force: true });
    const [old, wanted] = [makeBlob(5 * mebi), makeBlob(4 * mebi)] as const;
    await openOver([old, wanted]);
    expect(await digestThrough(old)).toBe(old.digest);
    expect(await digestThrough(wanted)).toBe(wanted.digest);
    await expect.poll(() => metric(stage.edge, 'edge_cache_evictions_total')).toBe(1);
    expect(await digestThrough(wanted)).toBe(wanted.digest);
    await expect.poll(() => metric(stage.edge, 'edge_cache_blob_bytes')).toBe(wanted.bytes.length);
  });
});

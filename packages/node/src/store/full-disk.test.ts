/** A real small filesystem that fills. Mounting one needs root on Linux. */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { openDataDir } from './data-dir.ts';
import { directoryStore } from './directory-store.ts';
import { openJournal } from './journal.ts';
import { writeDurably } from './write-durably.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-full-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'selvedge-test', root]).status ===
  0;
afterAll(async () => {
  if (mounted) spawnSync('umount', [root]);
  await rm(root, { recursive: true });
});
const noMount = !mounted && 'mounting a small file system needs root on Linux';

/** Leaves `freeBytes` of the megabyte. */
async function fillLeaving(freeBytes: number): Promise<void> {
  await rm(join(root, 'filler'), { force: true });
  const used = (
    await Promise.all((await readdir(root)).map((name) => sizeOnDisk(join(root, name))))
  ).reduce((a, b) => a + b, 0);
  await writeFile(join(root, 'filler'), Buffer.alloc(1024 * 1024 - used - freeBytes));
}

const sizeOnDisk = async (path: string): Promise<number> =>
  Number(spawnSync('du', ['-s', '-B1', path], { encoding: 'utf8' }).stdout.split('\t')[0]);

describeUnless(noMount)('on a full disk', () => {
  it('the old file stays whole and no temporary file is left', async () => {
    const path = join(root, 'whole.json');
    await writeDurably(path, 'old');
    await fillLeaving(50_000);
    await expect(writeDurably(path, randomBytes(200_000))).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(root)).sort()).toEqual(['filler', 'whole.json']);
  });

  it('an upload is given up and its space is free again', async () => {
    await rm(join(root, 'filler'), { force: true });
    const store = directoryStore(join(root, 'blobs'));
    const bytes = randomBytes(300_000);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    await (await store.writer({ digest })).abort();
    await fillLeaving(100_000);
    const writer = await store.writer({ digest });
    await expect(writer.write(bytes)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await store.stat(digest)).toBeUndefined();
    expect(await readdir(join(root, 'blobs', 'partial'))).toEqual([]);
    await rm(join(root, 'filler'));
    const again = await store.writer({ digest });
    await again.write(bytes);
    await again.commit();
    expect(await store.stat(digest)).toEqual({ digest, size: bytes.length });
  });

  it('a journal refuses the record and takes the next one that fits', async () => {
    await rm(join(root, 'filler'), { force: true });
    const file = join(root, 'journal.jsonl');
    const journal = await openJournal<string>(file);
    await journal.append('first');
    await fillLeaving(8_000);
    await expect(journal.append('x'.repeat(100_000))).rejects.toMatchObject({ code: 'disk-full' });
    await journal.append('second');
    await journal.close();
    const again = await openJournal(file);
    await again.close();
    expect(again.records).toEqual(['first', 'second']);
  });

  it('a data directory can still be opened', async () => {
    await rm(join(root, 'filler'), { force: true });
    (await openDataDir(join(root, 'data'), { kind: 'test', layout: 1 })).release();
    await fillLeaving(0);
    (await openDataDir(join(root, 'data'), { kind: 'test', layout: 1 })).release();
  });
});

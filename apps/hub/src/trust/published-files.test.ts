import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openPublishedFiles } from './published-files.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-published-'));
afterAll(() => rm(root, { recursive: true }));
const fresh = () => mkdtemp(join(root, 'd-'));

const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text) });
const text = (found: { bytes: Uint8Array } | undefined) =>
  found && Buffer.from(found.bytes).toString();

const change = [
  file('targets/families/acme/glyphs/releases/abc.1.0.0.json', 'release'),
  file('2.acme.glyphs.json', 'role'),
  file('timestamp.json', 'time 2'),
];

describe('published files', () => {
  it('are on the disk and in memory, and still there after a restart', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    await files.publish(change);
    for (const opened of [files, await openPublishedFiles(dir)]) {
      expect([...opened.paths()].sort()).toEqual(change.map(({ path }) => path).sort());
      for (const { path, bytes } of change) expect(text(opened.get(path))).toBe(bytes.toString());
    }
    expect(await readFile(join(dir, 'timestamp.json'), 'utf8')).toBe('time 2');
    expect(await readdir(dir)).not.toContain('plan.json');
  });

  it('have a strong etag that changes with the bytes and only then', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    await files.publish([file('timestamp.json', 'one')]);
    const first = files.get('timestamp.json')!.etag;
    expect((await openPublishedFiles(dir)).get('timestamp.json')!.etag).toBe(first);
    await files.publish([file('timestamp.json', 'two')]);
    expect(files.get('timestamp.json')!.etag).not.toBe(first);
  });

  it('are completed after a crash at any point of a change', async () => {
    const plan = JSON.stringify(
      change.map(({ path, bytes }) => ({ path, base64: bytes.toString('base64') })),
    );
    for (let written = 0; written <= change.length; written++) {
      const dir = await fresh();
      await (await openPublishedFiles(dir)).publish([file('timestamp.json', 'time 1')]);
      await (await openPublishedFiles(dir)).publish(change.slice(0, written));
      await writeFile(join(dir, 'plan.json'), plan);
      const files = await openPublishedFiles(dir);
      expect(text(files.get('timestamp.json'))).toBe('time 2');
      expect([...files.paths()]).toHaveLength(change.length);
      expect(await readdir(dir)).not.toContain('plan.json');
    }
  });
});

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

const release = `targets/families/acme/glyphs/releases/${'ab'.repeat(32)}.1.0.0.json`;
const change = [
  file(release, 'release'),
  file('2.acme.glyphs.json', 'role'),
  file('5.root.json', 'root'),
  file('timestamp.json', 'time 2'),
];

describe('published files', () => {
  it('are on the disk and in memory, and still there after a restart', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    await files.publish(change);
    for (const { path, bytes } of change) expect(text(files.get(path))).toBe(bytes.toString());
    const again = await openPublishedFiles(dir);
    for (const { path, bytes } of change)
      expect(text(await again.read(path))).toBe(bytes.toString());
    expect(await readFile(join(dir, 'timestamp.json'), 'utf8')).toBe('time 2');
    expect(await readdir(dir)).not.toContain('plan.json');
  });

  it('are held in memory as far as they are current; older ones come from the disk', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    for (let version = 1; version <= 50; version++) {
      await files.publish([
        file(`${version}.snapshot.json`, `snapshot ${version}`),
        file('timestamp.json', `time ${version}`),
      ]);
      await files.hold([`${version}.snapshot.json`, 'timestamp.json']);
    }
    expect(files.held).toBe(2);
    expect(files.get('7.snapshot.json')).toBeUndefined();
    expect(text(await files.read('7.snapshot.json'))).toBe('snapshot 7');
    expect((await files.versions('snapshot')).length).toBe(50);
    await files.remove(['7.snapshot.json']);
    expect(await files.read('7.snapshot.json')).toBeUndefined();
  });

  it('are nothing else that stands on the disk', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(join(dir, 'trust'));
    await writeFile(join(dir, `${'a'.repeat(64)}.secret.json`), 'secret');
    await writeFile(join(dir, '1.secret.json'), 'secret');
    await writeFile(join(dir, 'trust', 'plan.json'), '[]');
    await writeFile(join(dir, 'trust', '1.root.json.aaaaaaaaaaaa.tmp'), 'half');
    await mkdir(join(dir, 'trust', '3.root.json'));
    for (const path of [
      '../1.secret.json',
      `targets/../../${'a'.repeat(64)}.secret.json`,
      'plan.json',
      '1.root.json.aaaaaaaaaaaa.tmp',
      '3.root.json',
      `1.${'x'.repeat(300)}.json`,
      '',
      '.',
    ]) {
      expect([path, await files.read(path)]).toEqual([path, undefined]);
    }
  });

  it('have a strong etag that changes with the bytes and only then', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    await files.publish([file('timestamp.json', 'one')]);
    const first = files.get('timestamp.json')!.etag;
    expect((await (await openPublishedFiles(dir)).read('timestamp.json'))!.etag).toBe(first);
    await files.publish([file('timestamp.json', 'two')]);
    expect(files.get('timestamp.json')!.etag).not.toBe(first);
  });

  it('are completed after a crash at any point of a change', async () => {
    const plan = JSON.stringify(
      change.map(({ path, bytes }) => ({ path, base64: bytes.toString('base64'), added: true })),
    );
    for (let written = 0; written <= change.length; written++) {
      const dir = await fresh();
      await (await openPublishedFiles(dir)).publish([file('timestamp.json', 'time 1')]);
      await (await openPublishedFiles(dir)).publish(change.slice(0, written));
      await writeFile(join(dir, 'plan.json'), plan);
      const files = await openPublishedFiles(dir);
      for (const { path, bytes } of change)
        expect(text(await files.read(path))).toBe(bytes.toString());
      expect(await readdir(dir)).not.toContain('plan.json');
    }
  });
});

describe('a change that cannot be carried out', () => {
  const impossible = [
    ['a name that is too long', file(`1.${'x'.repeat(250)}.json`, 'x')],
    ['a file where another has its directory', file(`${release}/${'cd'.repeat(32)}.x.json`, 'x')],
  ] as const;

  it.each(impossible)('for %s leaves nothing, now or after a restart', async (_, bad) => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    await files.publish([file('4.root.json', 'root'), file('timestamp.json', 'time 1')]);
    const [timestamp] = change.slice(-1);
    const broken = [...change.slice(0, -1), bad, timestamp!];
    await expect(files.publish(broken)).rejects.toMatchObject({ code: 'io-failed' });
    for (const opened of [files, await openPublishedFiles(dir)]) {
      expect(text(await opened.read('timestamp.json'))).toBe('time 1');
      expect(await opened.read('5.root.json')).toBeUndefined();
      expect(await opened.read(release)).toBeUndefined();
      expect(await opened.versions('root')).toEqual([4]);
    }
    expect(await readdir(dir)).not.toContain('plan.json');
    await files.publish(change);
    expect(text(await files.read('5.root.json'))).toBe('root');
  });

  it('does not keep a hub from starting, when a crash left it as a plan', async () => {
    const dir = await fresh();
    await (await openPublishedFiles(dir)).publish([file('timestamp.json', 'time 1')]);
    const [, bad] = impossible[0];
    const plan = [...change.slice(0, -1), bad, change.at(-1)!];
    await writeFile(join(dir, '5.root.json'), 'root');
    await writeFile(
      join(dir, 'plan.json'),
      JSON.stringify(
        plan.map(({ path, bytes }) => ({
          path,
          base64: bytes.toString('base64'),
          added: path !== 'timestamp.json',
        })),
      ),
    );
    const files = await openPublishedFiles(dir);
    expect(text(await files.read('timestamp.json'))).toBe('time 1');
    expect(await files.versions('root')).toEqual([]);
    expect(await readdir(dir)).not.toContain('plan.json');
  });

  it('leaves alone what was published before it', async () => {
    const dir = await fresh();
    const files = await openPublishedFiles(dir);
    await files.publish([file(release, 'release'), file('timestamp.json', 'time 1')]);
    await files.hold(['timestamp.json']);
    await expect(files.publish([...change, impossible[0][1]])).rejects.toThrow();
    expect(text(await files.read(release))).toBe('release');
  });
});

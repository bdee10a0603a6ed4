import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { initKeys } from './init-keys.ts';
import { openKeys } from './key-directory.ts';

const scratch = await mkdtemp(join(tmpdir(), 'selvedge-keys-'));
afterAll(() => rm(scratch, { recursive: true }));
const fresh = () => mkdtemp(join(scratch, 'k-'));

describe('a keys directory', () => {
  it('gets a key for root, for targets and for the family that is named', async () => {
    const dir = join(await fresh(), 'keys');
    const made = await initKeys(dir, 'acme/glyphs');
    expect(made.map(({ role }) => role)).toEqual(['root', 'targets', { family: 'acme/glyphs' }]);
    expect(await openKeys(dir).families()).toEqual(['acme/glyphs']);
    for (const file of ['root.pem', 'targets.pem', 'families/acme.glyphs.pem']) {
      expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps the keys it has', async () => {
    const dir = await fresh();
    await initKeys(dir);
    const [before] = await openKeys(dir).signers('root');
    expect(await initKeys(dir)).toEqual([]);
    expect((await openKeys(dir).signers('root'))[0]?.keyid).toBe(before?.keyid);
    await expect(openKeys(dir).make('root')).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('is completed when a crash left it with one key', async () => {
    const dir = await fresh();
    await openKeys(dir).make('root');
    expect((await initKeys(dir)).map(({ role }) => role)).toEqual(['targets']);
    expect((await readdir(dir)).sort()).toEqual(['root.pem', 'targets.pem']);
  });

  it('says which file is no key', async () => {
    const dir = await fresh();
    await writeFile(join(dir, 'root.pem'), '-----BEGIN PRIVATE KEY-----');
    await expect(initKeys(dir)).rejects.toThrow(/root\.pem: not a PKCS#8 PEM file/);
  });

  it('offers the next key beside the current one, and retires the current one', async () => {
    const keys = openKeys(await fresh());
    const first = await keys.make('targets');
    const next = await keys.makeNext('targets');
    expect((await keys.makeNext('targets')).keyid).toBe(next.keyid);
    expect((await keys.signers('targets')).map(({ keyid }) => keyid)).toEqual([
      first.keyid,
      next.keyid,
    ]);
    await keys.promote('targets');
    expect((await keys.signers('targets')).map(({ keyid }) => keyid)).toEqual([next.keyid]);
    expect(await readdir(join(keys.dir, 'retired'))).toEqual([`${first.keyid}.pem`]);
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '@selvedge/core/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { directoryStore } from './directory-store.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-links-'));
afterAll(() => rm(root, { recursive: true }));

async function stored(text: string) {
  const store = directoryStore(await mkdtemp(join(root, 'store-')));
  const put = async (content: string): Promise<Digest> => {
    const bytes = new TextEncoder().encode(content);
    const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const writer = await store.writer({ digest, size: bytes.length });
    await writer.write(bytes);
    await writer.commit();
    return digest;
  };
  return { store, put, owner: await put('owner'), blob: await put(text) };
}

describe('blobs laid out as files', () => {
  it('stand under their names, as the same bytes, and go with what owns them', async () => {
    const { store, owner, blob } = await stored('weights');
    const dir = (await store.layOut!(owner, { 'w.bin': blob, 'sub/w.bin': blob }))!;
    expect(await readFile(join(dir, 'w.bin'), 'utf8')).toBe('weights');
    expect((await stat(join(dir, 'sub/w.bin'))).nlink).toBe(3);
    const { ino } = await stat(join(dir, 'w.bin'));
    expect(await store.layOut!(owner, { 'w.bin': blob })).toBe(dir);
    expect((await stat(join(dir, 'w.bin'))).ino).toBe(ino);
    await store.remove(owner);
    await expect(stat(dir)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await store.stat(blob)).toBeDefined();
  });

  it('are those that are stored now, also where another stood under the name', async () => {
    const { store, put, owner, blob } = await stored('old');
    await store.layOut!(owner, { 'w.bin': blob });
    const dir = (await store.layOut!(owner, { 'w.bin': await put('new') }))!;
    expect(await readFile(join(dir, 'w.bin'), 'utf8')).toBe('new');
  });

  it.each(['../w.bin', '/w.bin', 'a/../../w.bin', '..', ''])(
    'are refused under %j, outside the directory',
    async (name) => {
      const { store, owner, blob } = await stored('weights');
      await expect(store.layOut!(owner, { [name]: blob })).rejects.toMatchObject({
        code: 'bad-document',
      });
    },
  );
});

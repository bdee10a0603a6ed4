import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contentStoreAcceptance } from './acceptance/index.ts';
import { directoryStore } from './directory-store.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-store-'));
afterAll(() => rm(root, { recursive: true }));
const fresh = () => mkdtemp(join(root, 'd-'));

contentStoreAcceptance('a directory', async () => directoryStore(await fresh()));

const digestOf = (bytes: Uint8Array) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('a directory store', () => {
  it('resumes what a process before it left, and finds damage in it', async () => {
    const dir = await fresh();
    const bytes = randomBytes(50_000);
    const digest = digestOf(bytes);
    const first = await directoryStore(dir).writer({ digest });
    await first.write(bytes.subarray(0, 20_000));
    await first.suspend();

    const resumed = await directoryStore(dir).writer({ digest });
    expect(resumed.offset).toBe(20_000);
    await resumed.write(randomBytes(30_000));
    await expect(resumed.commit()).rejects.toMatchObject({ code: 'trust-digest' });
    expect(await readdir(join(dir, 'partial'))).toEqual([]);
  });

  it('sweeps uploads that nobody resumed in a week', async () => {
    const dir = await fresh();
    const digest = digestOf(randomBytes(8));
    const writer = await directoryStore(dir).writer({ digest });
    await writer.write(randomBytes(8));
    await writer.suspend();
    const [name] = await readdir(join(dir, 'partial'));
    const longAgo = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    await utimes(join(dir, 'partial', name!), longAgo, longAgo);
    expect((await directoryStore(dir).writer({ digest })).offset).toBe(0);
  });

  it('refuses a digest that is not one, so that no path can be built from it', async () => {
    const store = directoryStore(await fresh());
    await expect(store.stat('sha256:../../etc/passwd')).rejects.toMatchObject({
      code: 'bad-input',
    });
  });
});

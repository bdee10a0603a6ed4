import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSigner } from './signer-file.ts';

const scratch = await mkdtemp(join(tmpdir(), 'selvedge-signer-'));
afterAll(() => rm(scratch, { recursive: true }));

describe('a key that lives with its process', () => {
  it('is made once, for its owner’s eyes only, and is the same afterwards', async () => {
    const file = join(scratch, 'new', 'key.pem');
    const made = await openSigner(file, 'restore it');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await openSigner(file, 'restore it')).keyid).toBe(made.keyid);
  });

  it('is never replaced when its file holds something else', async () => {
    const file = join(scratch, 'damaged.pem');
    await writeFile(file, '-----BEGIN PRIVATE KEY-----');
    await expect(openSigner(file, 'restore it')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('damaged.pem: not a PKCS#8 PEM file'),
      hint: 'restore it',
      details: { file },
    });
    expect((await stat(file)).size).toBe(27);
  });

  it('is not made when its file cannot be read', async () => {
    const file = join(scratch, 'directory.pem');
    await mkdir(file);
    await expect(openSigner(file, 'restore it')).rejects.toMatchObject({ code: 'io-failed' });
  });
});

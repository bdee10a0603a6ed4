import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../source-model.ts';
import { openBuildCache } from './build-cache.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-cache-'));
afterAll(() => rmSync(root, { recursive: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'case-'));
});

const key = (digit: number | string) => `sha256:${String(digit).repeat(64)}`;
const bytes = (text: string) => new TextEncoder().encode(text);
const blobs = () => readdirSync(join(directory, 'v1/blobs'));
const entries = () => readdirSync(join(directory, 'v1/entries'));

describe('a build cache', () => {
  it('gives back what was put, and nothing else', async () => {
    const cache = openBuildCache(directory);
    expect(await cache.get(key(1))).toBeUndefined();
    await cache.put(key(1), { made: [1, 2] }, { 'a.onnx': bytes('a model'), b: bytes('') });
    const entry = await openBuildCache(directory).get(key(1));
    expect(entry?.document).toEqual({ made: [1, 2] });
    expect(await entry?.read('a.onnx')).toEqual(bytes('a model'));
    expect(await entry?.read('b')).toEqual(bytes(''));
    expect(await entry?.read('c')).toBeUndefined();
    expect(await cache.get(key(2))).toBeUndefined();
    expect(cache.problem).toBeUndefined();
  });

  it('holds the same bytes once', async () => {
    const cache = openBuildCache(directory);
    await cache.put(key(1), 1, { model: bytes('the same') });
    await cache.put(key(2), 2, { other: bytes('the same') });
    expect(blobs()).toHaveLength(1);
  });

  it('finds out a damaged file, and holds it again when it is put again', async () => {
    const cache = openBuildCache(directory);
    await cache.put(key(1), 1, { model: bytes('the model') });
    writeFileSync(join(directory, 'v1/blobs', blobs()[0] as string), 'the mod3l');
    expect(await cache.get(key(1))).toBeUndefined();
    expect([...blobs(), ...entries()]).toEqual([]);
    await cache.put(key(1), 1, { model: bytes('the model') });
    expect(await (await cache.get(key(1)))?.read('model')).toEqual(bytes('the model'));
  });

  it.each([
    ['changed', (text: string) => text.replace('"document":1', '"document":2')],
    ['cut', (text: string) => text.slice(0, -5)],
    ['empty', () => ''],
    ['of another key', (text: string) => text],
  ])('finds out an entry that is %s', async (how, change) => {
    const cache = openBuildCache(directory);
    await cache.put(key(1), 1, {});
    const file = join(directory, 'v1/entries', `${'1'.repeat(64)}.json`);
    const asked = how === 'of another key' ? 2 : 1;
    const moved = join(directory, 'v1/entries', `${String(asked).repeat(64)}.json`);
    writeFileSync(moved, change(readFileSync(file, 'utf8')));
    expect(await cache.get(key(asked))).toBeUndefined();
  });

  it('drops what was unused longest when it holds too much, and keeps what others still name', async () => {
    const cache = openBuildCache(directory, { maxBytes: 100 });
    const old = new Date(Date.now() - 3_600_000);
    const age = () => {
      for (const name of blobs()) utimesSync(join(directory, 'v1/blobs', name), old, old);
    };
    await cache.put(key(1), 1, { shared: bytes('s'.repeat(20)), own: bytes('1'.repeat(28)) });
    await cache.put(key(2), 2, { own: bytes('2'.repeat(30)) });
    for (const digit of [1, 2]) {
      const path = join(directory, 'v1/entries', `${String(digit).repeat(64)}.json`);
      utimesSync(path, new Date(digit * 1000), new Date(digit * 1000));
    }
    age();
    await cache.put(key(3), 3, { shared: bytes('s'.repeat(20)), own: bytes('3'.repeat(25)) });
    expect(await cache.get(key(1))).toBeUndefined();
    expect((await cache.get(key(2)))?.document).toBe(2);
    expect((await cache.get(key(3)))?.document).toBe(3);
    expect(blobs()).toHaveLength(3);
  });

  it('leaves young files to the build that is about to name them, and does not take one too large', async () => {
    const cache = openBuildCache(directory, { maxBytes: 100 });
    await cache.put(key(1), 1, { model: bytes('1') });
    writeFileSync(join(directory, 'v1/blobs', 'f'.repeat(64)), 'of another build');
    await cache.put(key(2), 2, { model: bytes('2') });
    expect(blobs()).toHaveLength(3);
    expect(cache.problem).toBeUndefined();
    await cache.put(key(3), 3, { model: new Uint8Array(101) });
    expect(entries()).toHaveLength(2);
    expect(cache.problem).toContain('it takes 101 B, and the build cache holds 100 B');
  });

  it('keeps a large file under a second name, and gives it back so; another that was said to be it, it does not', async () => {
    const cache = openBuildCache(directory);
    const path = join(directory, 'weights');
    writeFileSync(path, 'the weights');
    const digest = digestOf('the weights');
    await cache.put(key(1), 1, { w: { path, digest, bytes: 11 } });
    const entry = await cache.get(key(1));
    expect(await entry?.place('w', join(directory, 'again'))).toBe(true);
    expect(readFileSync(join(directory, 'again'), 'utf8')).toBe('the weights');
    expect(statSync(join(directory, 'again')).ino).toBe(statSync(path).ino);
    expect(await entry?.place('x', join(directory, 'none'))).toBe(false);
    writeFileSync(path, 'the weighTs');
    expect(await cache.get(key(1))).toBeUndefined();
    await cache.put(key(2), 2, { w: { path, digest, bytes: 11 } });
    expect(await cache.get(key(2))).toBeUndefined();
    expect(blobs()).toEqual([]);
  });

  it('that cannot be written says so and fails nothing', async () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    const cache = openBuildCache(file);
    await cache.put(key(1), 1, {});
    expect(cache.problem).toContain('the build cache could not be written');
    expect(await cache.get(key(1))).toBeUndefined();
  });
});

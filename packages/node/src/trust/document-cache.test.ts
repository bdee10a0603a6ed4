import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Carrier } from '@selvedge/core/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentCache } from './document-cache.ts';

let dir: string;
let listed: Set<string>;
let fetched: string[];

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'document-cache-')), 'documents');
  [listed, fetched] = [new Set(), []];
});
afterEach(() => rm(join(dir, '..'), { recursive: true }));

/** 1000 bytes that differ by number. */
const text = (n: number): Uint8Array => new TextEncoder().encode(String(n).padEnd(1000));
const hashOf = (n: number): string => createHash('sha256').update(text(n)).digest('hex');

const origin: Carrier = async (path) => {
  fetched.push(path);
  return { kind: 'found', bytes: text(Number(/\.(\d+)\.json$/.exec(path)?.[1])) };
};
const open = (maxBytes: number): Carrier =>
  documentCache({ dir, maxBytes, listed: async () => listed })(origin);

async function read(carrier: Carrier, count: number): Promise<number> {
  fetched = [];
  for (let n = 0; n < count; n++) {
    const path = `targets/families/acme/glyphs/${hashOf(n)}.${n}.json`;
    expect(await carrier(path, { maxBytes: 1000 })).toEqual({ kind: 'found', bytes: text(n) });
  }
  return fetched.length;
}

describe('the document cache', () => {
  it('has 300 documents of a second pass all at hand, also after a restart', async () => {
    const carrier = open(1_000_000);
    expect(await read(carrier, 300)).toBe(300);
    expect(await read(carrier, 300)).toBe(0);
    expect(await read(open(1_000_000), 300)).toBe(0);
  });

  it('stays within its bytes', async () => {
    await read(open(20_000), 50);
    await read(open(20_000), 50);
    expect((await readdir(dir)).length).toBeLessThanOrEqual(20);
  });

  it('lets nothing go that current metadata lists, whatever it takes', async () => {
    for (let n = 0; n < 30; n++) listed.add(hashOf(n));
    await read(open(10_000), 60);
    expect(await readdir(dir)).toEqual(expect.arrayContaining([...listed]));
    expect(await read(open(10_000), 30)).toBe(0);
  });

  it('forgets what a crash left half written', async () => {
    await mkdir(dir);
    await writeFile(join(dir, `${hashOf(0)}.00ff.tmp`), 'half');
    await read(open(10_000), 1);
    expect(await readdir(dir)).toEqual([hashOf(0)]);
  });

  it('gives what arrived when nothing can be kept', async () => {
    await writeFile(dir, 'a file where the directory should be');
    expect(await read(open(10_000), 3)).toBe(3);
  });
});

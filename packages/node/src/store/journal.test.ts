import {
  appendFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openJournal } from './journal.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-journal-'));
afterAll(() => rm(root, { recursive: true }));
let count = 0;
const fresh = () => join(root, `${count++}.jsonl`);

async function reopen(file: string, options = {}) {
  const journal = await openJournal<unknown>(file, options);
  await journal.close();
  return journal;
}

async function written(...records: unknown[]): Promise<string> {
  const file = fresh();
  const journal = await openJournal<unknown>(file);
  for (const record of records) await journal.append(record);
  await journal.close();
  return file;
}

describe('a journal', () => {
  it('gives back any JSON records, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 5 }), async (records) => {
        const file = await written(...records);
        expect((await reopen(file)).records).toEqual(JSON.parse(JSON.stringify(records)));
      }),
      { numRuns: 30 },
    );
  });

  it('cut anywhere, keeps every record before the cut and drops the torn one', async () => {
    const file = await written({ a: 1 }, { b: 'zwei\n' }, { c: [3] });
    const bytes = await readFile(file);
    const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at + 1] : []));
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(file, bytes);
      await truncate(file, length);
      const whole = Math.max(0, ends.filter((end) => end <= length).length - 1);
      const journal = await openJournal<unknown>(file);
      expect(journal.records).toEqual([{ a: 1 }, { b: 'zwei\n' }, { c: [3] }].slice(0, whole));
      await journal.append({ d: 4 });
      await journal.close();
      expect((await reopen(file)).records).toHaveLength(whole + 1);
    }
  });

  it('notices any flipped bit: no record that was not written is ever read', async () => {
    const file = await written({ state: 'staged' }, { state: 'committed' });
    const bytes = await readFile(file);
    for (let at = bytes.indexOf(0x0a) + 1; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ 0x01;
      await writeFile(file, damaged);
      const { records, droppedBytes } = await reopen(file);
      expect([{ state: 'staged' }, { state: 'committed' }]).toEqual(
        expect.arrayContaining([...records]),
      );
      expect(records.length).toBeLessThan(2);
      expect(droppedBytes).toBeGreaterThan(0);
    }
    expect(await readdir(root)).toContain(`${file.slice(root.length + 1)}.damaged`);
  });

  it('drops only what is damaged, wherever it stands, and says that it was damage', async () => {
    const file = await written({ n: 1 }, { n: 2 }, { n: 3 });
    const bytes = await readFile(file);
    const lines = bytes.toString().split('\n');
    for (const at of [0, 1, 2, 3]) {
      await writeFile(file, lines.map((line, n) => (n === at ? `#${line}` : line)).join('\n'));
      const { records, damaged } = await reopen(file);
      expect(records).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }].filter(({ n }) => n !== at));
      expect(damaged).toBe(true);
      expect((await reopen(file)).damaged).toBe(false);
    }
    await writeFile(file, bytes.subarray(0, -4));
    const { damaged, droppedBytes } = await reopen(file);
    expect({ damaged, dropped: droppedBytes > 0 }).toEqual({ damaged: false, dropped: true });
  });

  it('gives one clear error when neither an append nor its undoing works, and goes on', async () => {
    const file = await written({ n: 1 });
    const journal = await openJournal<unknown>(file);
    const handles = Object.getPrototypeOf(await open(file).then((h) => h.close().then(() => h)));
    const fails = (code: string) => Object.assign(new Error(`${code}: it fails`), { code });
    vi.spyOn(handles, 'datasync').mockRejectedValueOnce(fails('ENOSPC'));
    vi.spyOn(handles, 'truncate').mockRejectedValueOnce(fails('EIO'));
    try {
      await expect(journal.append({ n: 2 })).rejects.toMatchObject({ code: 'disk-full' });
    } finally {
      vi.restoreAllMocks();
    }
    expect(journal.records).toEqual([{ n: 1 }]);
    await journal.append({ n: 3 });
    await journal.close();
    expect((await reopen(file)).records).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('is compacted in one step', async () => {
    const file = await written(1, 2, 3);
    const journal = await openJournal<number>(file);
    await Promise.all([journal.append(4), journal.replace([9]), journal.append(10)]);
    expect(journal.records).toEqual([9, 10]);
    await journal.close();
    expect((await reopen(file)).records).toEqual([9, 10]);
  });

  it('is migrated forward, and refused when it is newer', async () => {
    const file = await written({ n: 1 });
    const migrate = (records: readonly unknown[], from: number) =>
      records.map((record) => ({ ...(record as object), [`v${from + 1}`]: true }));
    expect((await reopen(file, { version: 3, migrate })).records).toEqual([
      { n: 1, v2: true, v3: true },
    ]);
    expect((await reopen(file, { version: 3 })).records).toHaveLength(1);
    await expect(reopen(file, { version: 2 })).rejects.toMatchObject({ code: 'bad-document' });
  });

  it('leaves a file alone that is something else', async () => {
    const file = fresh();
    await appendFile(file, 'dear diary,');
    await expect(reopen(file)).rejects.toMatchObject({ code: 'bad-document' });
    expect(await readFile(file, 'utf8')).toBe('dear diary,');
  });
});

/** A real process that writes as fast as it can, killed with -9 at a random moment, again and again. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { directoryStore } from './directory-store.ts';
import { openJournal } from './journal.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-crash-'));
afterAll(() => rm(root, { recursive: true }));

const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** Says on stdout what is acknowledged: `journal N` and `blob DIGEST`. */
const writer = `
  import { createHash, randomBytes } from 'node:crypto';
  import { directoryStore } from ${here('./directory-store.ts')};
  import { openJournal } from ${here('./journal.ts')};
  import { writeDurably } from ${here('./write-durably.ts')};
  const store = directoryStore('blobs');
  const journal = await openJournal('journal.jsonl');
  for (let n = journal.records.length; ; n++) {
    await journal.append({ n, padding: 'x'.repeat(n % 7000) });
    process.stdout.write('journal ' + n + '\\n');
    await writeDurably('whole.json', JSON.stringify({ n, same: n, filler: 'y'.repeat(20000) }));
    const bytes = randomBytes(30000);
    const digest = 'sha256:' + createHash('sha256').update(bytes).digest('hex');
    const blob = await store.writer({ digest });
    await blob.write(bytes.subarray(0, 10000));
    await blob.write(bytes.subarray(10000));
    await blob.commit();
    process.stdout.write('blob ' + digest + '\\n');
    if (n % 10 === 9) await journal.replace(journal.records.map((record) => record));
  }`;

async function killedAfter(dir: string, lines: number, delayMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', writer], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === lines) setTimeout(() => child.kill('SIGKILL'), delayMs);
  }
  await exited;
  return said;
}

describe('files written by a process that is killed', () => {
  it('hold everything acknowledged and nothing torn, ten kills in a row', async () => {
    const dir = await mkdtemp(join(root, 'd-'));
    const acknowledged = { journal: -1, blobs: [] as string[] };
    for (let kill = 0; kill < 10; kill++) {
      for (const line of await killedAfter(dir, 1 + (kill % 5), kill % 4)) {
        const [what, value] = line.split(' ');
        if (what === 'journal') acknowledged.journal = Number(value);
        else acknowledged.blobs.push(value!);
      }
      await check(dir, acknowledged);
    }
    expect(acknowledged.blobs.length).toBeGreaterThan(5);
  }, 60_000);
});

async function check(dir: string, acknowledged: { journal: number; blobs: string[] }) {
  const journal = await openJournal<{ n: number }>(join(dir, 'journal.jsonl'));
  await journal.close();
  expect(journal.records.map(({ n }) => n)).toEqual(journal.records.map((_, at) => at));
  expect(journal.records.length).toBeGreaterThan(acknowledged.journal);

  if ((await readdir(dir)).includes('whole.json')) {
    const { n, same } = JSON.parse(await readFile(join(dir, 'whole.json'), 'utf8'));
    expect(n).toBe(same);
  }
  const store = directoryStore(join(dir, 'blobs'));
  const visible = new Set<string>();
  for await (const { digest } of store.list()) {
    visible.add(digest);
    const hash = createHash('sha256');
    for await (const chunk of (await store.read(digest))!) hash.update(chunk);
    expect(`sha256:${hash.digest('hex')}`).toBe(digest);
  }
  expect(acknowledged.blobs.filter((digest) => !visible.has(digest))).toEqual([]);
}

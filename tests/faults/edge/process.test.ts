/** The edge as a process of its own: killed, started twice, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEdge } from '@selvedge/edge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, freePorts, makeBlob, type Origin, openOrigin, serveBlob } from './origin.ts';

const mebi = 1024 * 1024;
const cli = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
let dir: string;
let origin: Origin;
const children: ChildProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-edge-process-'));
  origin = await openOrigin(() => {});
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await origin.stop();
  await rm(dir, { recursive: true });
});

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly stdout: string;
}

function spawnEdge(data: string, ...more: string[]) {
  const args = [cli, 'edge', '--upstream', origin.url, '--data', data];
  const child = spawn(process.execPath, [
    ...args,
    '--port',
    '0',
    '--infer-port',
    '0',
    '--json',
    '--quiet',
    ...more,
  ]);
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(
    ([code]): Ended => ({ code: code as number | null, stdout, stderr }),
  );
  const started = once(child.stdout, 'data').then(
    ([text]) => JSON.parse(String(text)) as { url: string },
  );
  return { child, ended, started };
}

describe('an edge process', () => {
  it('killed with -9 while it fills goes on from what it had, and never serves a half', async () => {
    const data = join(dir, 'killed');
    const blob = makeBlob(12 * mebi);
    // A mebibyte every 15 ms: the kills fall into the transfer.
    const slow: Origin['behave'] = async (request, response) => {
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': blob.bytes.length - from,
        ...(from > 0
          ? { 'content-range': `bytes ${from}-${blob.bytes.length - 1}/${blob.bytes.length}` }
          : {}),
      });
      for (let at = from; at < blob.bytes.length && !response.destroyed; at += mebi) {
        response.write(blob.bytes.subarray(at, at + mebi));
        await sleep(15);
      }
      response.end();
    };
    origin.behave = slow;
    const partial = join(data, 'blobs', 'partial', blob.digest.slice(7));
    for (const afterMebi of [1, 3, 6]) {
      const { child, ended, started } = spawnEdge(data);
      const { url } = await started;
      const asking = fetch(url + blob.path).then((answer) => answer.arrayBuffer());
      const outcome = asking.then(
        () => 'whole',
        () => 'cut',
      );
      await expect.poll(() => sizeOf(partial), { interval: 2 }).toBeGreaterThan(afterMebi * mebi);
      child.kill('SIGKILL');
      await ended;
      expect(await outcome).toBe('cut');
      expect(await readdir(join(data, 'blobs', 'sha256'))).toEqual([]);
    }
    origin.behave = serveBlob(blob);
    const { child, ended, started } = spawnEdge(data);
    const answer = await fetch((await started).url + blob.path);
    expect(digestOf(Buffer.from(await answer.arrayBuffer()))).toBe(blob.digest);
    expect(origin.asked.at(-1)!.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    const [shard] = await readdir(join(data, 'blobs', 'sha256'));
    const stored = await readFile(join(data, 'blobs', 'sha256', shard!, blob.digest.slice(7)));
    expect(digestOf(stored)).toBe(blob.digest);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('refuses a data directory or a port that another has, with exit 3 and one line', async () => {
    const data = join(dir, 'owned');
    const owner = spawnEdge(data);
    const { url } = await owner.started;
    const second = await spawnEdge(data).ended;
    expect([second.code, second.stderr.trim().split('\n')]).toEqual([
      3,
      [expect.stringMatching(/^selvedge: data-in-use: /)],
    ]);
    const busy = await spawnEdge(join(dir, 'other'), '--port', new URL(url).port).ended;
    expect([busy.code, busy.stderr.trim().split('\n')]).toEqual([
      3,
      [expect.stringMatching(/^selvedge: port-in-use: /)],
    ]);
    expect(JSON.parse(busy.stdout)).toMatchObject({ error: { code: 'port-in-use' } });
    owner.child.kill('SIGINT');
    expect((await owner.ended).code).toBe(0);
  });

  it('that cannot start says why and leaves the directory free', async () => {
    const dataDir = join(dir, 'refused');
    const start = (more: object) =>
      startEdge({ upstream: origin.url, dataDir, ...freePorts, ...more });
    await expect(start({ upstream: 'nowhere' })).rejects.toMatchObject({ code: 'usage' });
    await expect(start({ trustRoot: join(dir, 'no.json') })).rejects.toMatchObject({
      code: 'not-found',
    });
    await writeFile(join(dir, 'odd.json'), '{}');
    await expect(start({ trustRoot: join(dir, 'odd.json') })).rejects.toMatchObject({
      code: 'trust-format',
    });
    await expect(start({ inferPort: Number(new URL(origin.url).port) })).rejects.toMatchObject({
      code: 'port-in-use',
    });
    await (await start({})).close();
  });
});

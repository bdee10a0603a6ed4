/**
 * Sixteen clients ask at once for a cold blob of 64 MiB, through an edge and straight at its
 * origin. The origin sends each transfer at 128 MiB/s, so that a cache which first fetches the
 * whole lets everybody wait half a second, and one that asks for each client sends 1 GiB.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpFetch } from '@selvedge/node/http';
import type { Benchmark } from './bench.ts';

const clients = 16;
const mebi = 1024 * 1024;
const blobBytes = 64 * mebi;
const bytesPerSecond = 128 * mebi;
const originMs = (blobBytes / bytesPerSecond) * 1e3;

const benchmark: Benchmark = {
  question:
    'Does a herd of 16 cold GETs of 64 MiB cost the origin one transfer, and nobody a wait?',
  goal: 'one origin request; every first byte at least 3 times sooner than the origin has sent the whole',
  async run() {
    const edge = await herdThroughEdge();
    const direct = await herdAtOrigin();
    const oneRequest = edge.asked === 1;
    const sooner = originMs / edge.slowestFirstMs;
    return {
      figures: {
        originRequests: edge.asked,
        peerOriginRequests: direct.asked,
        slowestFirstByteMs: edge.slowestFirstMs,
        peerSlowestFirstByteMs: direct.slowestFirstMs,
        allDoneMs: edge.allDoneMs,
        peerAllDoneMs: direct.allDoneMs,
        originSendsForMs: originMs,
      },
      ratio: sooner / 3,
      ok: oneRequest && sooner >= 3,
      note: `the origin sends for ${originMs} ms; through the edge the last of ${clients} had its first byte after ${edge.slowestFirstMs.toFixed(0)} ms, with ${edge.asked} origin request (the peer is the origin itself, asked ${direct.asked} times); the ratio is those two times, divided by the goal of 3`,
    };
  },
};
export default benchmark;

interface Herd {
  readonly slowestFirstMs: number;
  readonly allDoneMs: number;
  readonly asked: number;
}

async function herdAtOrigin(): Promise<Herd> {
  const origin = await startOrigin();
  const times = await herd(origin.url + origin.path);
  return { ...times, asked: await origin.stop() };
}

async function herdThroughEdge(): Promise<Herd> {
  const origin = await startOrigin();
  const data = await mkdtemp(join(tmpdir(), 'selvedge-bench-'));
  const { child, said } = await start('../apps/cli/src/main.ts', [
    ...['edge', '--upstream', origin.url, '--data', data, '--port', '0', '--infer-port', '0'],
    ...['--json', '--quiet'],
  ]);
  try {
    const times = await herd((said as { url: string }).url + origin.path);
    return { ...times, asked: await origin.stop() };
  } finally {
    child.kill();
    await once(child, 'exit');
    await rm(data, { recursive: true });
  }
}

async function startOrigin() {
  const { child, said } = await start('herd-origin.ts', [
    String(blobBytes),
    String(bytesPerSecond),
  ]);
  return {
    ...(said as { url: string; path: string }),
    async stop(): Promise<number> {
      const last = once(child.stdout!, 'data');
      child.kill();
      return (JSON.parse(String((await last)[0])) as { asked: number }).asked;
    },
  };
}

/** A program of this repository as a process; resolves with the JSON it says first. */
async function start(
  file: string,
  args: readonly string[],
): Promise<{ child: ChildProcess; said: unknown }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [text] = await once(child.stdout!, 'data');
  return { child, said: JSON.parse(String(text)) };
}

async function herd(url: string): Promise<Omit<Herd, 'asked'>> {
  const start = performance.now();
  const firsts = await Promise.all(
    Array.from({ length: clients }, async () => {
      let firstMs = 0;
      let received = 0;
      for await (const chunk of (await httpFetch(url)).body) {
        firstMs ||= performance.now() - start;
        received += chunk.length;
      }
      if (received !== blobBytes) throw new Error(`${url}: ${received} bytes came`);
      return firstMs;
    }),
  );
  return { slowestFirstMs: Math.max(...firsts), allDoneMs: performance.now() - start };
}

/** Real processes of `selvedge build`, ended while they work: a finished build is left, or none. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeDataset } from '../../../packages/forge/src/dataset/index.ts';
import { mnist, modelFile, noSharedData } from '../../support/shared-data.ts';
import { describeUnless } from '../../support/skip.ts';

const cli = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'selvedge-killed-build-'));
afterAll(() => rmSync(root, { recursive: true }));

const builds = (
  out: string,
  cache: string,
  environment: Record<string, string>,
  ...more: string[]
) =>
  spawn(process.execPath, [cli, 'build', modelFile('mnist-8.onnx'), '--out', out, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SELVEDGE_CACHE: cache, NO_COLOR: '1', ...environment },
  });

/** Ends a build at the first line that says what it is to be ended at. */
async function endAt(line: string, signal: NodeJS.Signals, out: string, cache: string) {
  const set = join(root, 'set');
  if (!existsSync(set)) await writeDataset(set, mnist(2_000));
  const child = builds(out, cache, {}, '--eval', set, '--precision', 'fp32,fp16,int8-dynamic');
  let said = '';
  child.stderr.on('data', (piece) => {
    const wasThere = said.includes(line);
    said += piece;
    if (!wasThere && said.includes(line)) child.kill(signal);
  });
  const [code] = await once(child, 'exit');
  return { code, said };
}

const whole = ['report.html', 'report.json', 'report.md', 'variants'];

describeUnless(noSharedData)('a build that is ended', () => {
  const earlier = join(root, 'earlier');
  const cache = join(root, 'cache');
  beforeAll(async () => {
    expect(await once(builds(earlier, cache, {}, '--precision', 'fp32'), 'exit')).toEqual([
      0,
      null,
    ]);
  });

  it.each([
    ['SIGINT', 'converted'],
    ['SIGTERM', 'measure'],
  ] as const)('by %s at "%s" leaves nothing, says so, and exits 3', async (signal, line) => {
    const out = mkdtempSync(join(root, 'out-'));
    const { code, said } = await endAt(line, signal, out, 'off');
    expect(code).toBe(3);
    expect(said).toContain('selvedge: cancelled: ');
    expect(readdirSync(out)).toEqual([]);
  });

  it.each(['evaluate', 'measure'])(
    'by kill -9 at "%s" leaves the build that was there; the next one clears up, its cache sound',
    async (line) => {
      const out = mkdtempSync(join(root, 'out-'));
      cpSync(earlier, out, { recursive: true });
      const before = readFileSync(join(out, 'report.json'), 'utf8');
      await endAt(line, 'SIGKILL', out, cache);
      expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(before);
      expect(
        readdirSync(out)
          .filter((name) => !name.startsWith('.'))
          .sort(),
      ).toEqual(whole);
      const next = builds(out, cache, {}, '--precision', 'fp16');
      expect(await once(next, 'exit')).toEqual([0, null]);
      expect(readdirSync(out).sort()).toEqual(whole);
      expect(readdirSync(join(out, 'variants'))).toContain('device-fp16.onnx');
    },
  );

  it.each([1, 2])(
    'while it hangs ends all the same, %i times asked, and leaves what was there',
    async (times) => {
      const out = mkdtempSync(join(root, 'out-'));
      const preload = new URL('./end-at-rename.mjs', import.meta.url).href;
      const env = { NODE_OPTIONS: `--import ${preload}`, END_AT: '3', END_HOW: 'hang' };
      cpSync(earlier, out, { recursive: true });
      const before = readFileSync(join(out, 'report.json'), 'utf8');
      const child = builds(out, 'off', env, '--precision', 'fp32');
      let said = '';
      const hangs = new Promise<void>((resolve) => {
        child.stderr.on('data', (piece) => {
          said += piece;
          if (said.includes('hangs')) resolve();
        });
      });
      await hangs;
      const ended = once(child, 'exit');
      for (let asked = 0; asked < times; asked++) {
        if (asked > 0) await delay(300);
        child.kill('SIGTERM');
      }
      await ended;
      expect(child.exitCode).toBe(3);
      expect(said).toContain('selvedge: cancelled: ');
      expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(before);
      expect(readdirSync(out).sort()).toEqual(whole);
    },
  );

  it('ends within two seconds though a thread of it waits for a file for ever', async () => {
    const out = mkdtempSync(join(root, 'out-'));
    const preload = new URL('./blocked-thread.mjs', import.meta.url).href;
    const env = { NODE_OPTIONS: `--import ${preload}`, PIPE: join(root, 'pipe') };
    const child = builds(out, 'off', env, '--precision', 'fp32,fp16,int4');
    let [said, askedAt] = ['', 0];
    child.stderr.on('data', (piece) => {
      said += piece;
      if (askedAt > 0 || !said.includes('converted')) return;
      askedAt = performance.now();
      child.kill('SIGINT');
    });
    await once(child, 'exit');
    // Two seconds, and what a busy machine takes besides.
    expect(performance.now() - askedAt).toBeLessThan(4_000);
    expect(said).toContain('selvedge: cancelled: ');
    expect(readdirSync(out)).toEqual([]);
  });

  it('twice at once, on one cache, makes two whole builds of the same bytes', async () => {
    const cache = join(root, 'shared-cache');
    const outs = [1, 2].map((n) => join(root, `twin-${n}`));
    const ends = outs.map((out) => once(builds(out, cache, {}, '--precision', 'fp16'), 'exit'));
    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
    ]);
    const [one, two] = outs.map((out) => readFileSync(join(out, 'variants/device-fp16.onnx')));
    expect(one).toEqual(two);
  });
});

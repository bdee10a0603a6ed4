import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeTensor, type Session } from '@selvedge/infer/engine';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineAcceptance } from '../acceptance/index.ts';
import { countingModel, identityModel, pairModel } from '../acceptance/models.ts';
import { createOrtEngine, type OrtEngine, type OrtEngineOptions } from './index.ts';

engineAcceptance('onnxruntime', () => createOrtEngine({ threads: 1, graceMs: 100 }), {
  bfloat16: "onnxruntime-node's binding has no bfloat16 tensors",
});

engineAcceptance(
  'onnxruntime in this process',
  () => createOrtEngine({ threads: 1, isolation: 'none' }),
  {
    bfloat16: "onnxruntime-node's binding has no bfloat16 tensors",
    interruption: 'native code in this process runs until it is done',
  },
);

function engineFor(options: OrtEngineOptions = {}): OrtEngine {
  const engine = createOrtEngine({ threads: 1, ...options });
  onTestFinished(() => engine.close());
  return engine;
}

const trips = (count: bigint) => ({ trips: makeTensor('int64', [], new BigInt64Array([count])) });
const one = { x: makeTensor('float32', [1], new Float32Array([1])) };
const untilAtWork = () => new Promise((resolve) => setTimeout(resolve, 100));

describe('a process of its own', () => {
  it('is killed in the middle of a run: that request fails, the next are answered', async () => {
    const engine = engineFor();
    const counting = await engine.load(countingModel());
    const other = await engine.load(identityModel('float32', ['n']));
    const first = engine.pid!;
    const running = counting.run(trips(2n ** 50n));
    const waiting = other.run(one);
    await untilAtWork();
    process.kill(first, 'SIGKILL');
    await expect(running).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('SIGKILL'),
    });
    expect((await waiting).outputs.y).toEqual(one.x);
    expect((await counting.run(trips(5n))).outputs.count!.data[0]).toBe(5n);
    expect(engine.pid).not.toBe(first);
  });

  it('is killed while idle: no request notices', async () => {
    const engine = engineFor();
    const session = await engine.load(identityModel('float32', ['n']));
    for (let round = 0; round < 3; round += 1) {
      const pid = engine.pid!;
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => engine.pid).not.toBe(pid);
      expect((await session.run(one)).outputs.y).toEqual(one.x);
    }
  });

  it('hangs: the run ends at its deadline, the process soon after, and the session recovers', async () => {
    const engine = engineFor({ graceMs: 50 });
    const session = await engine.load(countingModel());
    const hung = engine.pid!;
    await expect(session.run(trips(2n ** 50n), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    expect((await session.run(trips(2n))).outputs.count!.data[0]).toBe(2n);
    expect(engine.pid).not.toBe(hung);
  });

  it('is only slow: a run past its deadline is dropped, and the process stays', async () => {
    const engine = engineFor({ graceMs: 10_000 });
    const session = await engine.load(countingModel());
    const pid = engine.pid;
    await session.run(trips(300_000n), { timeoutMs: 5 }).catch(() => {});
    expect((await session.run(trips(2n))).outputs.count!.data[0]).toBe(2n);
    expect(engine.pid).toBe(pid);
  });

  it('ends a run without a deadline that never ends', async () => {
    const engine = engineFor({ hangMs: 200 });
    const session = await engine.load(countingModel());
    await expect(session.run(trips(2n ** 50n))).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('hung'),
    });
  });

  it('crashes again and again: the loop is bounded and the error says when the next try is', async () => {
    const engine = engineFor();
    const poisoned = await engine.load(countingModel());
    const healthy = await engine.load(identityModel('float32', ['n']));
    for (let crash = 0; crash < 3; crash += 1) await crashOnce(engine, poisoned);
    await expect(poisoned.run(trips(1n))).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringMatching(/crashed 3 times in a row; the next attempt is in 1 s/),
    });
    expect((await healthy.run(one)).outputs.y).toEqual(one.x);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await poisoned.run(trips(1n))).outputs.count!.data[0]).toBe(1n);
  });

  it('fails what waits when the engine is closed', async () => {
    const engine = engineFor();
    const session = await engine.load(countingModel());
    const running = session.run(trips(2n ** 50n), { timeoutMs: 300 });
    const waiting = session.run(trips(1n));
    const refusals = Promise.all([
      expect(running).rejects.toMatchObject({
        code: expect.stringMatching(/timeout|engine-failed/),
      }),
      expect(waiting).rejects.toMatchObject({ code: 'engine-failed' }),
    ]);
    await engine.close();
    await refusals;
    await expect(engine.load(pairModel())).rejects.toMatchObject({ code: 'engine-failed' });
  });

  it('says how far it is kept apart', () => {
    expect(engineFor().isolation).toEqual({ level: 'process', reaches: ['files', 'network'] });
  });

  it('ends with its application, even in the middle of a run', async () => {
    const { child, pid } = await startApplication('hang');
    child.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
  });

  it('does not keep an idle application running, and sees none of its secrets', async () => {
    const { child, secret } = await startApplication('idle');
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(0);
    expect(secret).toBe(false);
  });
});

async function crashOnce(engine: OrtEngine, session: Session): Promise<void> {
  const running = session.run(trips(2n ** 50n));
  const failed = expect(running).rejects.toMatchObject({ code: 'engine-failed' });
  // Crashed while this session's request is at work, not while the process still starts.
  await expect.poll(() => engine.pid, { timeout: 5_000 }).toBeDefined();
  await untilAtWork();
  process.kill(engine.pid!, 'SIGKILL');
  await failed;
}

/** A real application: its engine's pid, and whether that process was given a secret. */
async function startApplication(what: 'hang' | 'idle') {
  const file = fileURLToPath(new URL('./application.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, [file, what], {
    env: { ...process.env, SELVEDGE_TOKEN: 'a-secret' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  return { child, ...(JSON.parse(line) as { pid: number; secret: boolean }) };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

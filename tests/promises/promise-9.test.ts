/**
 * Promise 9: one command runs the whole fabric on a laptop. `selvedge up`, the job of `npm start`:
 * the real command in a directory of its own. (That the same code runs on PostgreSQL is
 * promise-9-postgres.test.ts.)
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runCli } from '../support/agent-process.ts';
import { freePorts, isFree, upOffsets } from '../support/free-ports.ts';

interface UpResult {
  readonly version: string;
  readonly devices: readonly {
    readonly name: string;
    readonly device: string;
    readonly installed: readonly { readonly variant: string; readonly state: string }[];
  }[];
  readonly requests: readonly {
    readonly title: string;
    readonly tier: string | null;
    readonly rule: string;
    readonly answer: string | null;
  }[];
}

let dir: string;
let port: number;
let first: Finished;

const up = (...more: string[]) =>
  runCli(['up', '--data', join(dir, 'data'), '--port', String(port), ...more]);
const resultOf = ({ json }: Finished) => json as unknown as UpResult;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'up-'));
  port = await freePorts(upOffsets);
  first = await up('--once', '--json').finished;
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('up --once', () => {
  it('ends well, and says on stdout one document and nothing else', () => {
    expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('has three devices install, and they do not all choose the same variant', () => {
    const { devices } = resultOf(first);
    const chosen = devices.map(({ installed }) =>
      installed.filter(({ state }) => state === 'committed').map(({ variant }) => variant),
    );
    expect(chosen.map((variants) => variants.length)).toEqual([1, 1, 1]);
    expect(new Set(chosen.flat()).size).toBeGreaterThan(1);
  });

  it('shows a request on each tier that may have it, and one that privacy kept', () => {
    expect(resultOf(first).requests).toMatchObject([
      { title: 'labelled public', tier: 'device', rule: 'objective' },
      { tier: 'edge', rule: 'min-quality' },
      { title: 'labelled private', tier: 'device' },
      { title: 'labelled private, engine killed', tier: null, rule: 'privacy-private' },
    ]);
    const answers = resultOf(first).requests.map(({ answer }) => answer);
    expect(answers.slice(0, 3).every((answer) => /^[0-9A-Z]$/.test(answer ?? ''))).toBe(true);
  });

  it('tells it in a line a step, each choice with its reason', () => {
    const { stderr } = first;
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(30);
    for (const name of ['device-1', 'device-2', 'device-3']) {
      expect(stderr).toMatch(new RegExp(`^${name} +chooses device-\\S+, which takes .+ms`, 'm'));
      expect(stderr).toMatch(new RegExp(`^${name} +device-\\S+ \\S+ is committed: .+ from `, 'm'));
    }
    expect(stderr).toMatch(/◈ kept private: .*rule privacy-private/);
    expect(new Set(lines).size).toBe(lines.length);
    expect(stderr).not.toContain('\u001b');
  });

  it('leaves no port taken', async () => {
    expect(await Promise.all(upOffsets.map((offset) => isFree(port + offset)))).toEqual(
      upOffsets.map(() => true),
    );
  });
});

describe('up again', () => {
  let again: Awaited<ReturnType<typeof running>>;

  beforeAll(async () => {
    again = await running();
  });
  afterAll(async () => {
    await again.process.kill();
  });

  it('goes on with the same devices and the same release, and builds nothing', () => {
    const { devices, version } = again.result;
    expect(version).toBe(resultOf(first).version);
    expect(devices.map(({ device }) => device)).toEqual(
      resultOf(first).devices.map(({ device }) => device),
    );
    expect(again.stderr()).toContain('built before');
    expect(again.stderr()).not.toMatch(/chooses|answered .* samples/);
  });

  it('says where the console is within 5 s, before the devices speak', async () => {
    expect(again.stderr()).toMatch(/^console {3}http:\/\/127\.0\.0\.1:\d+\/[\s\S]*^device-1 /m);
    let up = again.addressMs;
    for (let tries = 0; tries < 2 && up.own >= 5000; tries++) {
      await again.process.kill();
      again = await running();
      if (again.addressMs.own < up.own) up = again.addressMs;
    }
    const waited = (up.wall - up.own).toFixed(0);
    const measured = `the address came after ${up.wall.toFixed(0)} ms, ${waited} of them without a core`;
    expect(up.own, measured).toBeLessThan(5000);
  });

  it('refuses a second one in its directory, and one on its ports; both leave nothing behind', async () => {
    const sameData = await runCli(['up', '--data', join(dir, 'data'), '--port', '29000', '--once'])
      .finished;
    expect(sameData).toMatchObject({ code: 3, stdout: '' });
    expect(lastLine(sameData)).toMatch(/^selvedge: data-in-use: .+: .+/);
    const samePort = await runCli([
      ...['up', '--data', join(dir, 'other'), '--port', String(port), '--once', '--json'],
    ]).finished;
    expect(samePort.code).toBe(3);
    expect(lastLine(samePort)).toMatch(/^selvedge: port-in-use: .+: .+/);
    expect(samePort.json).toMatchObject({ error: { code: 'port-in-use' } });
  });

  it('serves the console, and ends with SIGTERM without another word', async () => {
    const before = again.stderr();
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    for (const offset of [20, 21, 22]) {
      const poll = await fetch(`http://127.0.0.1:${port + offset}/api/v1/state`);
      expect(poll.status).toBe(200);
    }
    const engines = childrenOf(again.process.child.pid);
    again.process.child.kill('SIGTERM');
    const { code, stderr } = await again.process.finished;
    expect(code).toBe(0);
    expect(stderr).toBe(before);
    expect(engines.filter(isAlive)).toEqual([]);
  });
});

it('a port of a device that is taken stops everything that was up by then', async () => {
  const taken = createServer().listen(port + 21, '127.0.0.1');
  try {
    const { code, stderr } = await up('--once').finished;
    expect(code).toBe(3);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^selvedge: port-in-use: .*\d+/);
    expect(await isFree(port)).toBe(true);
  } finally {
    taken.close();
  }
});

/** Starts `up` and waits for its document. */
async function running() {
  const started = performance.now();
  const process = up('--json');
  const addressMs = { wall: 0, own: 0 };
  let stdout = '';
  let stderr = '';
  process.child.stderr?.on('data', (chunk) => {
    stderr += chunk;
    if (addressMs.wall > 0 || !/^console +http/m.test(stderr)) return;
    addressMs.wall = performance.now() - started;
    addressMs.own = addressMs.wall - waitedMs(process.child.pid);
  });
  const result = await new Promise<UpResult>((resolve, reject) => {
    process.child.stdout?.on('data', (chunk) => {
      stdout += chunk;
      if (stdout.endsWith('\n')) resolve(JSON.parse(stdout));
    });
    process.child.once('close', (code) => reject(new Error(`up ended with ${code}: ${stderr}`)));
  });
  return { process, result, addressMs, stderr: () => stderr };
}

const lastLine = ({ stderr }: Finished): string => stderr.trimEnd().split('\n').at(-1) ?? '';

/**
 * How long a process was ready to run and had no core: other work's time, not its own. Zero where
 * the system does not tell (Linux: Documentation/scheduler/sched-stats.rst, field 2).
 */
function waitedMs(pid: number | undefined): number {
  const file = `/proc/${pid}/schedstat`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6 : 0;
}

/** The engines' processes; none where the system does not tell. */
function childrenOf(pid: number | undefined): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

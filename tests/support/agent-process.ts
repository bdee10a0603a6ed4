/** A real agent in a process of its own: the command line, as a script runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const childScript = fileURLToPath(new URL('./agent-child.ts', import.meta.url));

/** Processes of a test run share what was compiled: they are up a third sooner. */
const compileCache = join(tmpdir(), 'selvedge-test-compile-cache');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document of `--json`. */
  readonly json: Record<string, unknown>;
}

export interface AgentProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** kill -9, and until it is gone. */
  kill(): Promise<void>;
}

/** `selvedge ARGS`. */
export const runCli = (args: readonly string[], env: Environment = {}): AgentProcess =>
  run(main, args, env);

type Environment = Readonly<Record<string, string>>;

/** The environment of a process whose clock is wrong by so much. */
export const withClock = (shiftMs: number): Environment => ({
  NODE_OPTIONS: `--import ${new URL('./shifted-clock.mjs', import.meta.url)}`,
  SELVEDGE_TEST_CLOCK_SHIFT_MS: String(shiftMs),
});

/** One round of an agent and nothing else, which is up in half the time. */
export const runAgentChild = (hub: string, dataDir: string): AgentProcess =>
  run(childScript, [hub, dataDir]);

function run(script: string, args: readonly string[], env: Environment = {}): AgentProcess {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NO_COLOR: '1',
      SELVEDGE_TOKEN: '',
      NODE_COMPILE_CACHE: compileCache,
      ...env,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code) => {
      const json = stdout.startsWith('{') ? JSON.parse(stdout) : {};
      resolve({ code, stdout, stderr, json });
    });
  });
  return {
    child,
    finished,
    async kill() {
      child.kill('SIGKILL');
      await finished;
    },
  };
}

/** `selvedge agent --once --json`. */
export const agentOnce = (hub: string, dataDir: string, ...more: string[]): Promise<Finished> =>
  runCli(['agent', '--hub', hub, '--data', dataDir, '--once', '--json', ...more]).finished;

/** The state of the attempt, or `committed`, that a family's install journal ends in; undefined before the first. */
export function journalState(dataDir: string, slug: string, version: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDir, 'families', slug, 'journal.jsonl'), 'utf8');
  } catch {
    return undefined;
  }
  const line = text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1) ?? '';
  if (!line.includes('"record"')) return undefined;
  const { state } = JSON.parse(line).record;
  if (state.active?.version === version) return 'committed';
  return state.attempt?.target.version === version ? state.attempt.state : undefined;
}

/** `selvedge build` as a process of its own, whose memory is watched and which may be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

export interface BuildProcess {
  readonly child: ChildProcess;
  /** Settles when it has printed a word, or has ended. */
  saw(word: string): Promise<void>;
  /** What it printed, its exit code (null: killed), and the most memory it held, in bytes. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly output: string;
    readonly peakBytes: number;
  }>;
}

export function startBuild(args: readonly string[]): BuildProcess {
  const child = spawn(process.execPath, [main, 'build', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SELVEDGE_CACHE: 'off', NO_COLOR: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Uint8Array) => {
      output += new TextDecoder().decode(piece);
    });
  const saw = async (word: string) => {
    while (!output.includes(word) && child.exitCode === null && child.signalCode === null)
      await delay(5);
  };
  return { child, saw, ended: watch(child, () => output) };
}

async function watch(child: ChildProcess, output: () => string) {
  let code: number | null | undefined;
  child.once('close', (status) => {
    code = status;
  });
  let peakBytes = 0;
  while (code === undefined) {
    peakBytes = peakOf(child.pid!) ?? peakBytes;
    await delay(50);
  }
  return { code, output: output(), peakBytes };
}

/** The high-water mark that Linux keeps; its engines are processes of their own. */
function peakOf(pid: number): number | undefined {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? 1024 * Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the commands of a page as a reader would, in a directory that looks like a fresh clone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { repository } from './doc-blocks.ts';
import { freePorts, upOffsets } from './free-ports.ts';

export interface DocShell {
  readonly dir: string;
  write(name: string, text: string): void;
  /** Runs a block to its end; resolves with what it printed. Throws where a command fails. */
  run(block: string): Promise<string>;
  /** Starts a block and waits until every server it names is ready. */
  start(block: string): Promise<void>;
  close(): Promise<void>;
}

const firstPort = 7400;
const linked = ['apps', 'packages', 'examples', 'scripts', 'node_modules', 'package.json'];

export async function openDocShell(): Promise<DocShell> {
  const dir = mkdtempSync(join(tmpdir(), 'doc-shell-'));
  for (const name of linked) symlinkSync(join(repository, name), join(dir, name));
  const port = await freePorts([...upOffsets, 90]);
  const running: ChildProcess[] = [];
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const spawnBlock = (block: string): ChildProcess =>
    spawn('bash', ['-euc', withPorts(block, port)], {
      cwd: dir,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: path, NO_COLOR: '1' },
    });
  return {
    dir,
    write: (name, text) => writeFileSync(join(dir, name), withPorts(text, port)),
    run: (block) => finished(spawnBlock(block), block),
    async start(block) {
      const child = spawnBlock(block);
      running.push(child);
      await ready(child, block);
    },
    async close() {
      for (const child of running.reverse()) {
        const gone = new Promise((resolve) => child.once('close', resolve));
        // The whole group: npx and the launcher stand between us and the program.
        if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGTERM');
        else continue;
        await gone;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const offsets: Readonly<Record<string, string>> = {
  hub: '--port 7400',
  edge: '--port 7410 --infer-port 7411',
  agent: '--port 7420',
  up: '--port 7400',
};

/** The same text with its ports moved to `first`: those that are written, and those that are the default. */
function withPorts(text: string, first: number): string {
  return text
    .replace(/selvedge (hub|edge|agent|up)\b(?!.*--port)/g, (all, command) =>
      `${all} ${offsets[command] ?? ''}`.trim(),
    )
    .replace(/\b74\d\d\b/g, (port) => String(first + Number(port) - firstPort));
}

function finished(child: ChildProcess, block: string): Promise<string> {
  const output = collect(child);
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(output());
      else reject(new Error(`exit ${code}:\n${block}\n${output()}`));
    });
  });
}

async function ready(child: ChildProcess, block: string): Promise<void> {
  const output = collect(child);
  const printed = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk)));
    child.once('close', (code) => reject(new Error(`exit ${code}:\n${block}\n${output()}`)));
  });
  for (const [url] of printed.matchAll(/http:\/\/127\.0\.0\.1:\d+/g)) {
    while (!(await answers(`${url}/readyz`))) await new Promise((done) => setTimeout(done, 50));
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

function collect({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  return () => text;
}

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const repository = join(here, '../../..');

/** A checkout of github.com/theupdateframework/tuf-conformance. */
const suite = process.env.TUF_CONFORMANCE ?? join(repository, '../.conformance/tuf-conformance');
const venv = join(repository, 'node_modules/.cache/selvedge/tuf-conformance');

const missing = await whyNot();

async function whyNot(): Promise<string | undefined> {
  if (!(await exists(join(suite, 'CLIENT-CLI.md')))) {
    return 'no checkout of tuf-conformance (TUF_CONFORMANCE, or ../.conformance/tuf-conformance)';
  }
  if (process.platform === 'win32') return 'the suite calls its client as a POSIX command';
  try {
    await run('python3', ['-c', 'import sys; assert sys.version_info >= (3, 10)']);
  } catch {
    return 'no Python 3.10 or newer';
  }
  if (await exists(join(venv, 'ready'))) return undefined;
  try {
    await rm(venv, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', venv]);
    await run(join(venv, 'bin/pip'), ['install', '--quiet', suite]);
    await writeFile(join(venv, 'ready'), '');
    return undefined;
  } catch (caught) {
    return `the suite's Python packages could not be installed: ${(caught as Error).message.split('\n')[0]}`;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

describe('tuf-conformance', () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'selvedge-tuf-'));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it('passes, but for what client.xfails lists', { timeout: 600_000 }, async ({ skip }) => {
    skip(missing !== undefined, missing);
    const entrypoint = await makeEntrypoint(scratch);
    const report = join(scratch, 'report.json');
    const outcome = await run(
      join(venv, 'bin/python'),
      [
        ...['-m', 'pytest', 'tuf_conformance', '-q', '-p', 'no:cacheprovider'],
        ...['--entrypoint', entrypoint, '--json-report', `--json-report-file=${report}`],
      ],
      {
        cwd: suite,
        env: {
          ...process.env,
          PATH: `${join(here, 'bin')}${delimiter}${process.env.PATH}`,
          PYTHONDONTWRITEBYTECODE: '1',
        },
        maxBuffer: 64 * 1024 * 1024,
      },
    ).catch((caught: { stdout: string; stderr: string }) => caught);
    const { summary, tests } = JSON.parse(await readFile(report, 'utf8')) as Report;
    const bad = tests.filter(({ outcome }) => !['passed', 'xfailed', 'skipped'].includes(outcome));
    expect(
      bad.map(({ nodeid }) => nodeid),
      outcome.stdout.slice(-4000),
    ).toEqual([]);
    // None is skipped; and at least as many pass as with tuf-js, by its own report.
    expect(summary.passed).toBe(tests.filter(({ outcome }) => outcome !== 'xfailed').length);
    expect(summary.passed).toBeGreaterThanOrEqual(112);
  });
});

interface Report {
  readonly summary: { readonly passed: number };
  readonly tests: readonly { readonly nodeid: string; readonly outcome: string }[];
}

/** The suite starts the client some hundred times: bundled, it is there in a tenth of a second. */
async function makeEntrypoint(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: 'client.ts',
      outDir: dir,
      target: 'node24',
      rollupOptions: { output: { entryFileNames: 'client.mjs' } },
    },
  });
  const entrypoint = join(dir, 'client');
  await writeFile(
    entrypoint,
    `#!/bin/sh\nexec "${process.execPath}" "${join(dir, 'client.mjs')}" "$@"\n`,
  );
  await chmod(entrypoint, 0o755);
  await writeFile(`${entrypoint}.xfails`, await readFile(join(here, 'client.xfails')));
  return entrypoint;
}

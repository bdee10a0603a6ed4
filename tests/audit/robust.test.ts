/**
 * What stands in other people's repositories, through the real command in a process of its own:
 * whatever one file is, the rest is audited, and what was not is listed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeUnless } from '../support/skip.ts';

const cli = join(import.meta.dirname, '../../apps/cli/bin/selvedge.mjs');
const call = `import OpenAI from 'openai';
const client = new OpenAI();
export const ask = () => client.chat.completions.create({ model: 'gpt-4o', messages: [] });
`;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'selvedge-audit-robust-'));
});
// A busy disk takes minutes over 200,000 files.
afterAll(() => rmSync(dir, { recursive: true, force: true }), 600_000);

/** A directory with one call in it, and whatever is wrong beside. */
function codebase(name: string): string {
  const directory = join(dir, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'ask.ts'), call);
  return directory;
}

interface Report {
  readonly files: number;
  readonly findings: readonly { readonly file: string }[];
  readonly skipped: {
    readonly notAudited: readonly {
      readonly path: string;
      readonly reason: string;
      readonly detail?: string;
    }[];
  };
}

interface StartOptions {
  readonly uid?: number;
  /** A package that is not installed. */
  readonly without?: string;
}

function start(directory: string, { uid, without }: StartOptions = {}) {
  const child = spawn(process.execPath, [cli, 'audit', directory, '--json', '--quiet'], {
    ...(uid !== undefined && { uid }),
    ...(without && { env: { ...process.env, NODE_OPTIONS: `--import=${hiding(without)}` } }),
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stderr,
    stdout: Buffer.concat(chunks).toString(),
  }));
  return { child, ended };
}

/** A module that hides a package from the process that loads it first. */
function hiding(name: string): string {
  const hook = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === ${JSON.stringify(name)}) throw new Error('hidden: ' + specifier);
    return next(specifier, context);
  },
});`;
  return `data:text/javascript,${encodeURIComponent(hook)}`;
}

async function auditOf(directory: string, options: StartOptions = {}): Promise<Report> {
  const { code, stdout, stderr } = await start(directory, options).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const found = ({ findings }: Report) => findings.map(({ file }) => file);
const listed = ({ skipped }: Report) => skipped.notAudited.map(({ path }) => path);

describe('the audit of a codebase', () => {
  it('with a file of 50 MB on one line lists it and goes on', async () => {
    const directory = codebase('one-line');
    const line = `export const openai = "${'x'.repeat(1000)}";`;
    writeFileSync(join(directory, 'line.js'), line.repeat(Math.ceil(50e6 / line.length)));
    const report = await auditOf(directory);
    expect(found(report)).toEqual(['ask.ts']);
    expect(listed(report)).toEqual(['line.js']);
  });

  it('with bytes that are no UTF-8 audits the rest of that file too', async () => {
    const directory = codebase('no-utf8');
    const bytes = Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]);
    writeFileSync(
      join(directory, 'latin.ts'),
      Buffer.concat([Buffer.from('// caf'), bytes, Buffer.from(`\n${call}`)]),
    );
    expect(found(await auditOf(directory)).sort()).toEqual(['ask.ts', 'latin.ts']);
  });

  it('with links round, out and to nothing follows none', async () => {
    const directory = codebase('links');
    const outside = join(dir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret.ts'), call);
    symlinkSync(directory, join(directory, 'round'));
    symlinkSync('..', join(directory, 'up'));
    symlinkSync(outside, join(directory, 'out'));
    symlinkSync(join(outside, 'secret.ts'), join(directory, 'out.ts'));
    symlinkSync('nowhere', join(directory, 'nothing.ts'));
    expect(found(await auditOf(directory))).toEqual(['ask.ts']);
  });

  it('in a syntax that nobody knows finds what it can', async () => {
    const directory = codebase('future');
    writeFileSync(join(directory, 'future.ts'), `match (x) { when 1 => ~> y }\n\n${call}`);
    writeFileSync(join(directory, 'noise.py'), 'import openai\n)]}]](((\n\u0000\u0001 def def def');
    expect(found(await auditOf(directory))).toContain('ask.ts');
  });

  it('with names that are no names answers', async () => {
    const directory = codebase('names');
    for (const name of ['a b\n c.ts', '[x]{y}*.ts', '"quoted\'.ts', 'ü-日本.ts'])
      writeFileSync(join(directory, name), call);
    expect(found(await auditOf(directory))).toHaveLength(5);
  });

  it('that ends while it is read says so and goes on', async () => {
    const directory = codebase('vanishing');
    for (let i = 0; i < 500; i++) writeFileSync(join(directory, `f${i}.ts`), call);
    const { ended } = start(directory);
    for (let i = 0; i < 500; i += 2) rmSync(join(directory, `f${i}.ts`));
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(found(JSON.parse(stdout))).toContain('ask.ts');
  });
});

describe('the audit where a language’s parser is not installed', () => {
  const python = 'from openai import OpenAI\nOpenAI().responses.create(input="x", model="m")\n';

  it.each([
    ['@ast-grep/lang-python', ['ask.ts'], ['ask.py']],
    ['@ast-grep/napi', [], ['ask.py', 'ask.ts']],
  ])('lists what %s would read, with the command that installs it', async (name, read, missing) => {
    const directory = codebase(name.replaceAll(/\W/g, '-'));
    writeFileSync(join(directory, 'ask.py'), python);
    writeFileSync(join(directory, 'plain.py'), 'print("no call of a model")\n');
    const report = await auditOf(directory, { without: name });
    expect(found(report)).toEqual(read);
    expect(listed(report)).toEqual(missing);
    for (const { path, reason, detail } of report.skipped.notAudited) {
      const own = path.endsWith('.py') ? '@ast-grep/lang-python' : '@ast-grep/napi';
      expect(reason).toBe('no-parser');
      expect(detail).toMatch(new RegExp(`^npm install .*${own}`));
    }
  });
});

const nobody = 65534;
describeUnless(process.getuid?.() !== 0 && 'it takes root to become another user')(
  'the audit by a user who may not read all of it',
  () => {
    it('lists the file and the directory that are closed', async () => {
      chmodSync(dir, 0o755);
      const directory = codebase('closed');
      writeFileSync(join(directory, 'closed.ts'), call, { mode: 0o000 });
      mkdirSync(join(directory, 'closed'), { mode: 0o000 });
      const report = await auditOf(directory, { uid: nobody });
      expect(found(report)).toEqual(['ask.ts']);
      expect(listed(report).sort()).toEqual(['closed', 'closed.ts']);
    });

    it('is refused where the directory itself is closed', async () => {
      const directory = codebase('all-closed');
      chmodSync(directory, 0o000);
      const { code, stderr } = await start(directory, { uid: nobody }).ended;
      expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    });
  },
);

describe('the audit of 200,000 files', () => {
  let directory: string;
  beforeAll(() => {
    directory = codebase('many');
    for (let d = 0; d < 400; d++) {
      const inner = join(directory, `d${d}`);
      mkdirSync(inner);
      for (let f = 0; f < 500; f++) writeFileSync(join(inner, `f${f}.py`), 'x = 1\n');
    }
  });

  it('looks into all of them', async () => {
    const report = await auditOf(directory);
    expect(report.files).toBe(200_001);
    expect(found(report)).toEqual(['ask.ts']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at once with %s, and says so by its code', async (asked, expected) => {
    const { child, ended } = start(directory);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const interrupted = performance.now();
    child.kill(asked);
    const { code, stdout } = await ended;
    expect(performance.now() - interrupted).toBeLessThan(2000);
    expect(code).toBe(expected);
    expect(stdout).toBe('');
  });
});

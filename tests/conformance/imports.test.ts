import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const made: string[] = [];

afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true });
});

describe('the import rules', () => {
  it('accept imports that go down', async () => {
    const { code } = await cruise({
      'packages/core/src/a.ts': 'export const a = 1;',
      'packages/onnx/src/b.ts': "import { a } from '../../core/src/a.ts';\nexport const b = a;",
    });
    expect(code).toBe(0);
  });

  it.each([
    [
      'an arrow upward',
      'packages/core/src/a.ts',
      "import { b } from '../../../apps/hub/src/b.ts';\nexport const a = b;",
      'apps/hub/src/b.ts',
      'export const b = 1;',
      'core-is-the-bottom',
    ],
    [
      'one app inside another',
      'apps/agent/src/a.ts',
      "import { b } from '../../hub/src/b.ts';\nexport const a = b;",
      'apps/hub/src/b.ts',
      'export const b = 1;',
      'apps-do-not-import-each-other',
    ],
    [
      'a cycle',
      'packages/core/src/a.ts',
      "import { b } from './b.ts';\nexport const a = () => b;",
      'packages/core/src/b.ts',
      "import { a } from './a.ts';\nexport const b = () => a;",
      'no-cycle',
    ],
    [
      'a type-only cycle',
      'packages/core/src/a.ts',
      "import type { B } from './b.ts';\nexport type A = B;",
      'packages/core/src/b.ts',
      "import type { A } from './a.ts';\nexport type B = { a: A };",
      'no-cycle',
    ],
    [
      'Node inside a portable room',
      'packages/onnx/src/a.ts',
      "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
      'packages/onnx/src/b.ts',
      'export const b = 1;',
      'portable-rooms-touch-no-platform',
    ],
  ])('refuse %s', async (_, firstFile, first, secondFile, second, rule) => {
    const { code, output } = await cruise({ [firstFile]: first, [secondFile]: second });
    expect(output).toContain(rule);
    expect(code).not.toBe(0);
  });
});

async function cruise(files: Record<string, string>): Promise<{ code: number; output: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'selvedge-imports-'));
  made.push(dir);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
  const tops = [...new Set(Object.keys(files).map((name) => name.split('/')[0]!))];
  const args = [cruiser, '--config', join(root, 'scripts/import-rules.mjs'), ...tops];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: dir }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

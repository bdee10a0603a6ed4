/** Real processes that end between the renames which put a build in place of another. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStaging } from '../../../packages/forge/src/build/staging.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-moves-'));
afterAll(() => rmSync(root, { recursive: true }));

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

function stage(out: string, text: string, env: Record<string, string> = {}) {
  const args = ['--import', here('end-at-rename.mjs'), here('stage-child.ts'), out, text];
  return spawnSync(process.execPath, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
}

/** Every file of a build directory with what it holds. */
const contentsOf = (out: string) =>
  Object.fromEntries(
    readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((file) => [file.slice(out.length + 1), readFileSync(file, 'utf8')]),
  );

/** Of an earlier build four entries are moved away, then five of the new one come in. */
const renames = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const earlier = join(root, 'earlier');
beforeAll(() => {
  expect(stage(earlier, 'old').status).toBe(0);
  writeFileSync(join(earlier, 'notes.txt'), 'mine');
});

function earlierBuild() {
  const out = mkdtempSync(join(root, 'out-'));
  cpSync(earlier, out, { recursive: true });
  return { out, before: contentsOf(out) };
}

describe('moving a build into place', () => {
  it.each(renames)(
    'killed before rename %i, the next build puts the earlier one back',
    async (at) => {
      const { out, before } = earlierBuild();
      expect(stage(out, 'new', { END_AT: String(at), END_HOW: 'kill' }).signal).toBe('SIGKILL');
      const next = await openStaging(out);
      await next.discard();
      expect(contentsOf(out)).toEqual(before);
    },
  );

  it.each([1, 4, 5, 9])('whose rename %i fails puts the earlier one back itself', (at) => {
    const { out, before } = earlierBuild();
    expect(stage(out, 'new', { END_AT: String(at), END_HOW: 'fail' }).status).toBe(3);
    expect(contentsOf(out)).toEqual(before);
  });

  it.each([1, 2, 4])('killed while it puts entry %i back, is put back by the next', async (at) => {
    const { out, before } = earlierBuild();
    const env = { END_AT: '8', END_HOW: 'fail', END_AT_BACK: String(at) };
    expect(stage(out, 'new', env).signal).toBe('SIGKILL');
    const next = await openStaging(out);
    await next.discard();
    expect(contentsOf(out)).toEqual(before);
  });

  it('that gets through leaves the new build alone', () => {
    const { out } = earlierBuild();
    expect(stage(out, 'new', { END_AT: '10' }).status).toBe(0);
    expect(Object.keys(contentsOf(out)).sort()).toEqual(
      ['notes.txt', 'policy.yaml', 'report.html', 'report.json', 'report.md'].concat(
        'variants/a.onnx',
        'variants/new',
      ),
    );
  });
});

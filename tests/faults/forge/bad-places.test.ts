/** Paths that never end, may not be written or are somebody else's: one line each, and soon. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { build } from '../../../packages/forge/src/build/index.ts';
import { openStaging } from '../../../packages/forge/src/build/staging.ts';
import { writeDataset } from '../../../packages/forge/src/dataset/index.ts';
import { loadModel } from '../../../packages/forge/src/index.ts';
import { writeBigModel } from '../../support/big-model.ts';
import { mnist, modelFile, noSharedData } from '../../support/shared-data.ts';
import { describeUnless } from '../../support/skip.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-places-'));
const pipe = join(root, 'pipe');
const noPipes = spawnSync('mkfifo', [pipe]).status !== 0 && 'there are no named pipes here';
const readOnly = join(root, 'read-only');
mkdirSync(readOnly);
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'selvedge-test', readOnly]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [readOnly]);
  rmSync(root, { recursive: true });
});

const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
const built = (input: string, out: string, more = {}) =>
  build(input, { out, latency, precisions: ['fp32'], ...more });

/** A model whose weights are said to stand at another place of the same length. */
function modelNaming(location: string): string {
  const path = join(mkdtempSync(join(root, 'names-')), 'model.onnx');
  writeBigModel(path, { layers: 1, side: 8 });
  const bytes = readFileSync(path, 'latin1').replaceAll('weights.bin', location.padEnd(11, '/'));
  writeFileSync(path, bytes, 'latin1');
  return path;
}

describeUnless(noPipes)('what would never end', () => {
  it.each(['/dev/zero', pipe])('is not read as a model: %s', async (file) => {
    const error = { code: 'bad-model', row: { exit: 2 }, message: expect.stringContaining(file) };
    await expect(loadModel(file)).rejects.toMatchObject(error);
    await expect(built(file, join(root, 'none'))).rejects.toMatchObject(error);
  });

  it.each(['/dev/zero', '../dev/zero'])('is not read as external data: %s', async (location) => {
    const path = modelNaming(location);
    const error = { code: 'bad-model', message: expect.stringContaining('outside') };
    await expect(built(path, join(root, 'none'))).rejects.toMatchObject(error);
  });

  it('is not read as external data where a link leads to it', async () => {
    const path = modelNaming('weights.bin');
    rmSync(join(path, '../weights.bin'));
    symlinkSync('/dev/zero', join(path, '../weights.bin'));
    await expect(loadModel(path)).rejects.toMatchObject({
      message: expect.stringContaining('device'),
    });
  });
});

describe('links to external data', () => {
  it('may lead to where the model itself really stands, as in caches of downloads', async () => {
    const path = modelNaming('weights.bin');
    const linked = mkdtempSync(join(root, 'linked-'));
    for (const file of ['model.onnx', 'weights.bin'])
      symlinkSync(join(path, '..', file), join(linked, file));
    expect((await loadModel(join(linked, 'model.onnx'))).facts.nodes).toBeGreaterThan(0);
  });

  it('may not lead to other files of this machine', async () => {
    const path = modelNaming('weights.bin');
    const elsewhere = join(mkdtempSync(join(root, 'elsewhere-')), 'private');
    cpSync(join(path, '../weights.bin'), elsewhere);
    rmSync(join(path, '../weights.bin'));
    symlinkSync(elsewhere, join(path, '../weights.bin'));
    await expect(loadModel(path)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('outside'),
    });
  });
});

describeUnless(noSharedData || noPipes)('a build', () => {
  const model = () => modelFile('mnist-8.onnx');

  it.each([
    ['', 'usage', 2],
    [join(pipe, 'below'), 'bad-input', 2],
    [join(root, 'x'.repeat(300)), 'bad-input', 2],
    ['/proc/selvedge/below', 'io-failed', 3],
    ...(mounted ? [[join(readOnly, 'out'), 'io-failed', 3] as const] : []),
  ] as const)('into "%.60s" is refused: %s', async (out, code, exit) => {
    await expect(built(model(), out)).rejects.toMatchObject({ code, row: { exit } });
  });

  it('of samples in a pipe is refused', async () => {
    const evaluation = join(root, 'set');
    mkdirSync(evaluation);
    spawnSync('mkfifo', [join(evaluation, 'Input3.npy')]);
    await expect(built(model(), join(root, 'none'), { evaluation })).rejects.toMatchObject({
      code: 'bad-dataset',
      message: expect.stringContaining('a pipe'),
    });
  });

  it('does not replace what it is made from', async () => {
    const out = join(root, 'own');
    await built(model(), out);
    const variant = join(out, 'variants/device-fp32.onnx');
    const refused = (file: string) => ({
      code: 'bad-input',
      message: `${file} stands in ${join(out, 'variants')}, which this build replaces`,
    });
    await expect(built(variant, out)).rejects.toMatchObject(refused(variant));
    const linked = join(root, 'linked.onnx');
    symlinkSync(variant, linked);
    await expect(built(linked, out)).rejects.toMatchObject(refused(linked));
    const set = join(out, 'variants/set');
    await writeDataset(set, mnist(2));
    await expect(built(model(), out, { evaluation: set })).rejects.toMatchObject({
      message: expect.stringContaining('which this build replaces'),
    });
  });

  const foreign = (out: string, file: string) => ({
    code: 'bad-input',
    row: { exit: 2 },
    message: `${out} holds ${file}, which no build made and this one would delete`,
    hint: expect.stringContaining('--out'),
  });

  it.each(['variants/notes.txt', 'report.md', 'report.html', 'policy.yaml', 'report.json'])(
    "into a directory with somebody's own %s is refused, and nothing there is touched",
    async (file) => {
      const out = mkdtempSync(join(root, 'somebodys-'));
      mkdirSync(join(out, 'variants'));
      writeFileSync(join(out, file), '{"mine": true}');
      const lost = file.startsWith('variants') ? 'variants' : file;
      if (lost !== 'variants') rmSync(join(out, 'variants'), { recursive: true });
      await expect(built(model(), out)).rejects.toMatchObject(foreign(out, lost));
      expect(readFileSync(join(out, file), 'utf8')).toBe('{"mine": true}');
      expect(readdirSync(out)).toEqual([lost]);
    },
  );

  it.each(['variants/notes.txt', 'variants/device-fp32/mine', 'policy.yaml'])(
    "is not put in place of an earlier one that somebody's %s stands in",
    async (file) => {
      const out = mkdtempSync(join(root, 'earlier-'));
      await built(model(), out);
      mkdirSync(join(out, file, '..'), { recursive: true });
      writeFileSync(join(out, file), 'mine');
      await expect(built(model(), out)).rejects.toMatchObject(foreign(out, file));
      expect(readFileSync(join(out, file), 'utf8')).toBe('mine');
    },
  );

  it('leaves alone what stands beside it, and does not mind what a file browser left', async () => {
    const out = mkdtempSync(join(root, 'beside-'));
    const mine = ['README.md', '.building-notes', 'matrix.json'];
    for (const file of mine) writeFileSync(join(out, file), 'mine');
    await built(model(), out);
    writeFileSync(join(out, 'variants/.DS_Store'), '');
    await built(model(), out, { precisions: ['fp16'] });
    for (const file of mine) expect(readFileSync(join(out, file), 'utf8')).toBe('mine');
  });

  it('is refused while another is at work in its directory, not once that has ended', async () => {
    const out = join(root, 'busy');
    const other = await openStaging(out);
    await expect(built(model(), out)).rejects.toMatchObject({
      code: 'data-in-use',
      row: { exit: 3 },
      hint: expect.stringContaining('--out'),
    });
    await other.discard();
    expect((await built(model(), out)).report.variants).toHaveLength(1);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyBuild } from '../../../../tests/support/tiny-build.ts';
import type { BuildReport, BuiltVariant } from '../report/index.ts';
import { readBuild } from './read-build.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'selvedge-read-build-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A build whose variants are changed by id. */
async function built(
  variants: Record<string, 'pass' | 'fail' | 'unproven' | 'skipped'>,
  change: Record<string, Partial<BuiltVariant>> = {},
): Promise<string> {
  const dir = await tinyBuild(join(root, 'build'), { variants });
  const file = join(dir, 'report.json');
  const report = JSON.parse(readFileSync(file, 'utf8')) as BuildReport;
  const changed = report.variants.map((variant) => ({ ...variant, ...change[variant.precision] }));
  writeFileSync(file, JSON.stringify({ ...report, variants: changed }));
  return dir;
}

describe('a build that is read to be published', () => {
  const far = ['output y is -2.8 dB from the unconverted model, on one seeded input'];

  it('withholds an unproven variant that is far from the model, and says so', async () => {
    const dir = await built({ fp32: 'unproven', fp16: 'unproven' }, { fp16: { divergence: far } });
    const { publishable, withheld } = await readBuild(dir);
    expect(publishable.map(({ id }) => id)).toEqual(['device-fp32']);
    expect(withheld).toEqual([
      {
        id: 'device-fp16',
        status: 'unproven',
        reason: `${far[0]}; an evaluation set (--eval) can prove that it is good enough`,
      },
    ]);
  });

  it('takes one that an evaluation set proved', async () => {
    const dir = await built({ fp16: 'pass' }, { fp16: { divergence: far } });
    expect((await readBuild(dir)).withheld).toEqual([]);
  });

  it('is refused where nothing is left, with the reason of each variant', async () => {
    const dir = await built(
      { fp32: 'unproven', fp16: 'unproven', int8: 'fail', mixed: 'skipped' },
      {
        fp32: { golden: null, warnings: ['no golden document: two runs of it differ'] },
        fp16: { golden: null, warnings: ['no inputs were found that it runs'] },
      },
    );
    await expect(readBuild(dir)).rejects.toMatchObject({
      code: 'bad-input',
      message: [
        `${dir}: no variant may be published`,
        'device-fp32 (unproven): no golden document: two runs of it differ',
        'device-fp16 (unproven): no golden document: no inputs were found that it runs',
        'device-int8 (fail): it is fail',
        'device-mixed (skipped): it is skipped',
      ].join('; '),
    });
  });
});

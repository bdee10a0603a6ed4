import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildProgress, type BuildReport, build } from '@selvedge/forge';
import { familyFingerprint, makeSampleFamily } from '@selvedge/sample-glyphs';
import { version } from '../version.ts';
import type { Layout } from './layout.ts';

/** A build of the sample family, and whether this call made it. */
export interface SampleBuild {
  readonly report: BuildReport;
  readonly made: boolean;
}

/** Makes the sample family and builds it, unless the build that is there is of the same family. */
export async function buildSample(
  layout: Layout,
  onProgress: (event: BuildProgress) => void,
  signal: AbortSignal,
): Promise<SampleBuild> {
  const stamp = join(layout.sample, 'made-from');
  const wanted = `${await familyFingerprint()} selvedge ${version}\n`;
  if ((await readText(stamp)) === wanted) {
    const text = await readText(join(layout.build, 'report.json'));
    if (text !== undefined) return { report: JSON.parse(text) as BuildReport, made: false };
  }
  const blueprint = await makeSampleFamily(layout.sample);
  const { report } = await build(blueprint, {
    out: layout.build,
    // NPUs take sizes that are fixed; devices ask about one drawing at a time.
    fix: true,
    onProgress,
    signal,
  });
  await writeFile(stamp, wanted);
  return { report, made: true };
}

const readText = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch(() => undefined);

import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { entries, stagingFolder } from '../out/index.ts';
import { type BuildInputs, inputsOf } from './input-files.ts';

/**
 * A build replaces what an earlier one made: nothing that it is made from may stand there.
 *
 * @throws SelvedgeError `bad-input` naming the file and the directory
 */
export async function refuseInsideOut(inputs: BuildInputs, out: string): Promise<void> {
  const real = await realpath(out).catch(() => undefined);
  if (real === undefined) return;
  for (const { files } of inputsOf(inputs)) {
    for (const [, path] of files) {
      const entry = entryOf(await realpath(path).catch(() => path), real);
      if (entry === undefined) continue;
      fail('bad-input', `${path} stands in ${join(out, entry)}, which this build replaces`, {
        hint: 'give another --out, or move the file',
        details: { file: path, out },
      });
    }
  }
}

const entryOf = (path: string, out: string): string | undefined => {
  const [first = ''] = relative(out, path).split(sep);
  return entries.includes(first) || first === stagingFolder ? first : undefined;
};

import { readFile, writeFile } from 'node:fs/promises';
import { makeSampleFamily } from '@selvedge/sample-glyphs';

/**
 * The sample family without its cloud tier, whose size is most of the time a build takes.
 * Resolves with the path of the blueprint.
 */
export async function sampleBlueprint(directory: string): Promise<string> {
  const file = await makeSampleFamily(directory);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^ {2}cloud:\n(?: {4}.*\n)+/m, ''));
  return file;
}

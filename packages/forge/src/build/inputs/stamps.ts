import { stat } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import { type BuildInputs, inputsOf } from './input-files.ts';

/** What a file system tells of files' contents without their being read, by path. */
export type Stamps = ReadonlyMap<string, string>;

export async function stampInputs(inputs: BuildInputs): Promise<Stamps> {
  const stamps = new Map<string, string>();
  for (const { files } of inputsOf(inputs))
    for (const [, path] of files) stamps.set(path, await stampOf(path));
  return stamps;
}

/**
 * A build of files that change under it is of no state they ever had.
 *
 * @throws SelvedgeError `conflict` naming the file
 */
export async function checkUnchanged(stamps: Stamps): Promise<void> {
  for (const [path, stamp] of stamps) if ((await stampOf(path)) !== stamp) failChanged(path);
}

const failChanged = (path: string): never =>
  fail('conflict', `${path} changed while it was built`, {
    hint: 'run it again once nobody writes to it',
    details: { file: path },
  });

async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}` : 'missing';
}

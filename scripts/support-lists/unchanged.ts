import { createHash } from 'node:crypto';
import type { Source } from './read-source.ts';

/**
 * Stops the import where code that a person read conditions out of is not what it was.
 *
 * @param read the first eight digits of each file's sha256, by path
 * @throws Error naming every file that changed, came or went
 */
export function unchanged({ files }: Source, read: Readonly<Record<string, string>>): void {
  const found = new Map(
    [...files].map(([path, bytes]) => [
      path,
      createHash('sha256').update(bytes).digest('hex').slice(0, 8),
    ]),
  );
  const changed = [...new Set([...found.keys(), ...Object.keys(read)])].filter(
    (path) => found.get(path) !== read[path],
  );
  if (changed.length === 0) return;
  const lines = changed.map((path) => `${path} ${found.get(path) ?? 'is not there any more'}`);
  throw new Error(`code to read again:\n${lines.join('\n')}`);
}

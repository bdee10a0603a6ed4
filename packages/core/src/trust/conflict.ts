import type { MetadataFile } from './types.ts';

/** Somebody published in between, or tries to change what is immutable. */
export interface Conflict {
  readonly conflict: true;
  readonly subject: string;
  readonly message: string;
}

/** Whether an update conflicts instead of giving its result. */
export const isConflict = (value: unknown): value is Conflict =>
  typeof value === 'object' &&
  value !== null &&
  (value as { conflict?: unknown }).conflict === true;

/** Exactly the next version; a first root may have any, its owner may have rotated it before. */
export function checkNext(
  role: string,
  current: MetadataFile<{ readonly version: number }> | undefined,
  version: number,
): Conflict | undefined {
  const expected = (current?.signed.version ?? 0) + 1;
  if (version === expected || (role === 'root' && !current)) return undefined;
  const message = `${role}.json: version ${version} was sent, and ${expected} comes next`;
  return { conflict: true, subject: `${role}.json`, message };
}

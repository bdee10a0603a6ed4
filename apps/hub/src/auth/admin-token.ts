import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError, isMissing, writeDurably } from '@selvedge/node/store';
import type { Tokens } from './tokens.ts';

/**
 * Makes a first token with every right, in `admin.token` (0600), unless the hub has one. The
 * owner may move the file away. Returns its path when the token is new.
 *
 * The file comes before the row: after a crash between the two, the text that the owner can read
 * is the one that gets the rights.
 */
export async function ensureAdminToken(dir: string, tokens: Tokens): Promise<string | undefined> {
  if (tokens.list().some(({ scopes }) => scopes.includes('admin'))) return undefined;
  const file = join(dir, 'admin.token');
  const text = (await readText(file)) ?? newTokenText();
  await writeDurably(file, `${text}\n`, { mode: 0o600 });
  await tokens.add(text, { name: 'admin', scopes: ['admin'] });
  return file;
}

/** 256 random bits; the prefix lets a scanner of leaked secrets know what it found. */
export const newTokenText = (): string => `svg_${randomBytes(32).toString('base64url')}`;

async function readText(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return /^svg_[\w-]{43}$/.test(text) ? text : undefined;
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${file}`);
  }
}

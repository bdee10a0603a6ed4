import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { type Environment, readEnvironment } from '@selvedge/node/config';
import { fetchJson } from '@selvedge/node/http';
import type { Static, TSchema } from 'typebox';

/** Where a hub listens when nobody says otherwise. */
export const defaultHub = 'http://127.0.0.1:7400';

/**
 * Asks a hub's API: `path` below `/api/v1/`, with the token of `SELVEDGE_TOKEN` where there is one.
 *
 * @throws SelvedgeError `network`, `bad-upstream`, and what the hub itself refuses with
 */
export async function askHub<T extends TSchema>(
  hub: string,
  path: string,
  schema: T,
): Promise<Static<T>> {
  return fetchJson(`${hub.replace(/\/+$/, '')}/api/v1/${path}`, schema, {
    headers: authorization(readEnvironment(process.env)),
  }).catch(nameWhatStartsOne);
}

function nameWhatStartsOne(caught: unknown): never {
  const { code, message, details } = toSelvedgeError(caught);
  if (code !== 'network') throw caught;
  const hint = 'selvedge up, or selvedge hub, starts a hub; --hub says where it is';
  throw new SelvedgeError(code, message, { hint, details, cause: caught });
}

function authorization({ token }: Environment): Record<string, string> {
  return token ? { authorization: `Bearer ${token.reveal()}` } : {};
}

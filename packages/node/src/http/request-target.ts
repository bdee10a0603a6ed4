import type { IncomingMessage } from 'node:http';
import { SelvedgeError } from '@selvedge/core/errors';

/** @throws SelvedgeError `usage` for what is no http or https URL */
export function parseUrl(url: string | URL): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new SelvedgeError('usage', `${url} is not an http or https URL`, {
    hint: 'write it like http://127.0.0.1:7400',
  });
}

/** Where an answer redirects a GET or HEAD to. */
export function redirectTarget(
  message: IncomingMessage,
  from: URL,
  method: string,
): URL | undefined {
  const { statusCode = 0, headers } = message;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return undefined;
  return URL.canParse(headers.location, from.href)
    ? parseUrl(new URL(headers.location, from))
    : undefined;
}

/** Headers that may go to another origin. */
export function withoutCredentials(
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const secret = new Set(['authorization', 'cookie', 'proxy-authorization']);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase())),
  );
}

/** Header rules of an HTTP intermediary (RFC 9110 §7.6, RFC 9111). */

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export const via = '1.1 selvedge-edge';

type HeaderList = Iterable<readonly [string, string]>;

/** The headers that travel on: all but the connection's own and those that `Connection` names. */
export function endToEnd(list: HeaderList): (readonly [string, string])[] {
  const all = [...list];
  const named = all
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) =>
      value
        .toLowerCase()
        .split(',')
        .map((token) => token.trim()),
    );
  const dropped = new Set([...hopByHop, ...named]);
  return all.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/**
 * Whether a shared cache may keep this answer at all (RFC 9111 §3): not where the origin forbids
 * it, nor where it varies by something else than `Accept` and `Accept-Encoding`.
 */
export function mayStore(headers: Readonly<Record<string, string>>): boolean {
  if (/(^|[\s,])(no-store|private)\b/i.test(headers['cache-control'] ?? '')) return false;
  const varies = (headers.vary ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return varies.every((name) => ['', 'accept', 'accept-encoding', 'origin'].includes(name));
}

/** Whether the client wants what the origin has now. */
export function asksAnew(headers: {
  'cache-control'?: string | undefined;
  pragma?: string | undefined;
}): boolean {
  if (headers['cache-control'] === undefined) return headers.pragma === 'no-cache';
  return /(^|[\s,])(no-cache|max-age=0)\b/i.test(headers['cache-control']);
}

/** A part of a representation; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks for (RFC 9110 §14.2): a part, nothing that can be served
 * (`unsatisfiable`, a 416), or undefined for the whole: no header, another unit, several parts,
 * or a malformed one, all of which a server may ignore.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const asked = parseRange(header);
  if (!asked) return undefined;
  if ('suffix' in asked) {
    if (asked.suffix === 0 || size === 0) return 'unsatisfiable';
    return { start: Math.max(0, size - asked.suffix), end: size };
  }
  if (asked.start >= size) return 'unsatisfiable';
  return { start: asked.start, end: Math.min(asked.end, size) };
}

type Asked = ByteRange | { readonly suffix: number };

function parseRange(header: string | undefined): Asked | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '');
  const [, first, last] = match ?? [];
  if (!match || (first === '' && last === '')) return undefined;
  if (first === '') return { suffix: Number(last) };
  const end = last === '' ? Number.MAX_SAFE_INTEGER : Number(last) + 1;
  return end > Number(first) ? { start: Number(first), end } : undefined;
}

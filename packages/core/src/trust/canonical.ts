/** Deeper documents are refused: a stack is finite. */
const maxDepth = 64;

/**
 * Canonical JSON as TUF signs it (OLPC: wiki.laptop.org/go/Canonical_JSON): no white space,
 * members sorted by code point, in strings only `"` and `\` escaped. Numbers are written as
 * RFC 8785 §3.2.2.3 does; for integers, the only numbers OLPC has, that is the same text.
 * Undefined members are left out.
 *
 * @throws TypeError for what has no canonical form: a lone surrogate, NaN, an infinity, more
 * than 64 levels, anything that is not JSON.
 */
export function canonicalJson(value: unknown): string {
  return encode(value, 0);
}

/** The UTF-8 bytes of {@link canonicalJson}: what signatures and key ids are computed over. */
export const canonicalBytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(canonicalJson(value));

function encode(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new TypeError(`more than ${maxDepth} levels`);
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => encode(item, depth + 1)).join(',')}]`;
  }
  if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .filter((name) => record[name] !== undefined)
      .sort(byCodePoint)
      .map((name) => `${encodeText(name)}:${encode(record[name], depth + 1)}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`a ${typeof value} has no canonical form`);
}

function encodeText(text: string): string {
  // A lone surrogate would become U+FFFD in UTF-8, and two documents one text.
  if (!text.isWellFormed()) throw new TypeError('a string has a lone surrogate');
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function encodeNumber(number: number): string {
  if (!Number.isFinite(number)) throw new TypeError(`${number} has no canonical form`);
  return JSON.stringify(number);
}

/** JavaScript sorts by UTF-16 unit, which puts U+E000–U+FFFF after the astral planes. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

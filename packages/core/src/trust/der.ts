/**
 * The little DER (X.690) that keys and signatures need.
 */

/** The DER inside a PEM block; undefined when the text is not one. */
export function pemBytes(pem: string, label: string): Uint8Array<ArrayBuffer> | undefined {
  const block = new RegExp(
    `^\\s*-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----\\s*$`,
  );
  const body = block.exec(pem)?.[1]?.replace(/\s/g, '');
  if (body === undefined) return undefined;
  try {
    return Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** DER as a PEM block with lines of 64 characters (RFC 7468). */
export function pemText(der: Uint8Array, label: string): string {
  const body = btoa(String.fromCharCode(...der)).replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/**
 * An ECDSA signature from DER (`SEQUENCE { r INTEGER, s INTEGER }`, RFC 3279 §2.2.3) to the
 * fixed-length `r ‖ s` that WebCrypto wants; `size` is the length of each in bytes. Undefined
 * when it is not exactly that.
 */
export function ecdsaRaw(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const sequence = element(der, 0, 0x30);
  if (sequence?.end !== der.length) return undefined;
  const r = element(der, sequence.start, 0x02);
  const s = r && element(der, r.end, 0x02);
  if (!r || !s || s.end !== der.length) return undefined;
  const raw = new Uint8Array(2 * size);
  for (const [index, part] of [r, s].entries()) {
    const digits = unsigned(der.subarray(part.start, part.end), size);
    if (!digits) return undefined;
    raw.set(digits, (index + 1) * size - digits.length);
  }
  return raw;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A definite-length element with a one-byte tag, its contents' span. */
function element(der: Uint8Array, at: number, tag: number): Span | undefined {
  const first = der[at + 1];
  if (der[at] !== tag || first === undefined) return undefined;
  if (first < 0x80) return within(der, at + 2, first);
  const length = first === 0x81 ? der[at + 2] : undefined;
  return length !== undefined && length >= 0x80 ? within(der, at + 3, length) : undefined;
}

const within = (der: Uint8Array, start: number, length: number): Span | undefined =>
  start + length <= der.length ? { start, end: start + length } : undefined;

/** The digits of a positive INTEGER, shortest form only. */
function unsigned(integer: Uint8Array, size: number): Uint8Array | undefined {
  const [first, second] = integer;
  if (first === undefined || first >= 0x80) return undefined;
  if (first === 0 && integer.length > 1 && (second ?? 0) < 0x80) return undefined;
  const digits = first === 0 ? integer.subarray(1) : integer;
  return digits.length <= size ? digits : undefined;
}

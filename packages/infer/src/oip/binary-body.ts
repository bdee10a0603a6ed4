/**
 * The binary tensor data extension (the specification's extension_binary_data.md): the JSON comes
 * first, its length in a header, then the tensors' bytes in the order of their list.
 */
import { fail } from '@selvedge/core/errors';
import type { OipBody } from './tensors.ts';

/** The header that says how many bytes of the body are JSON. */
export const inferenceHeaderLength = 'inference-header-content-length';

/** A message as it goes over HTTP: its headers and the chunks of its body. */
export function joinBody({ json, binary }: OipBody): {
  headers: Record<string, string>;
  chunks: Uint8Array[];
} {
  const text = new TextEncoder().encode(JSON.stringify(json));
  if (binary.length === 0)
    return { headers: { 'content-type': 'application/json' }, chunks: [text] };
  const headers = {
    'content-type': 'application/octet-stream',
    [inferenceHeaderLength]: String(text.byteLength),
  };
  return { headers, chunks: [text, ...binary] };
}

/**
 * The inverse: parses the JSON and gives the rest.
 *
 * @param headerLength the header's value, where it was sent.
 * @throws SelvedgeError `code` when the body is not JSON or the header does not fit it.
 */
export function splitBody(
  body: Uint8Array,
  headerLength?: string,
  code: 'bad-input' | 'bad-upstream' = 'bad-input',
): { json: unknown; tail: Uint8Array } {
  const bytes = headerLength === undefined ? body.byteLength : Number(headerLength);
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > body.byteLength) {
    fail(code, `${inferenceHeaderLength} is ${headerLength} in a body of ${body.byteLength} bytes`);
  }
  const text = new TextDecoder().decode(body.subarray(0, bytes));
  try {
    return { json: JSON.parse(text), tail: body.subarray(bytes) };
  } catch (cause) {
    return fail(code, `the body is not JSON: it begins with ${JSON.stringify(text.slice(0, 40))}`, {
      cause,
    });
  }
}

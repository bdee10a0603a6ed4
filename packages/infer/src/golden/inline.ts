import { fail } from '@selvedge/core/errors';
import type { InlineTensor } from '@selvedge/core/release';
import {
  type Tensor,
  type Tensors,
  tensorBytes,
  tensorFault,
  tensorFromBytes,
} from '../engine/index.ts';

/** A tensor as it stands inside a JSON document. */
export function encodeInlineTensor(tensor: Tensor): InlineTensor {
  const shape = [...tensor.shape];
  if (tensor.type === 'string') {
    return { type: 'string', shape, data: [...(tensor.data as readonly string[])] };
  }
  return { type: tensor.type, shape, data: toBase64(tensorBytes(tensor)) };
}

/**
 * The inverse of {@link encodeInlineTensor}.
 *
 * @param name stands in the message.
 * @throws SelvedgeError `bad-document`
 */
export function decodeInlineTensor(inline: InlineTensor, name = 'tensor'): Tensor {
  const { type, shape, data } = inline;
  try {
    const tensor =
      typeof data === 'string'
        ? tensorFromBytes(type, shape, fromBase64(data))
        : { type, shape, data };
    const fault = tensorFault(tensor);
    if (fault) fail('bad-input', fault);
    return tensor;
  } catch (caught) {
    return fail('bad-document', `${name}: ${(caught as Error).message}`, { cause: caught });
  }
}

/** Decodes a record of inline tensors; errors name the tensor. */
export function decodeInlineTensors(inline: Readonly<Record<string, InlineTensor>>): Tensors {
  return Object.fromEntries(
    Object.entries(inline).map(([name, tensor]) => [name, decodeInlineTensor(tensor, name)]),
  );
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // Chunks: the arguments of one call are bounded by the stack.
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

import { fail } from '@selvedge/core/errors';
import type { ElementType } from '@selvedge/core/schema';
import {
  bfloat16Bits,
  bfloat16Value,
  float16Bits,
  float16Value,
  type TensorData,
} from '@selvedge/infer/engine';
import { makeElements } from './elements.ts';

/**
 * Elements as another type, where nothing is lost that matters: integers stay the same integers,
 * floats may be rounded to a narrower float but not overflow. uint8 pixels become float32 this way.
 *
 * @param where names the file in the message
 * @throws SelvedgeError `bad-dataset` with the first element that does not fit
 */
export function convertElements(
  data: TensorData,
  from: ElementType,
  to: ElementType,
  where: string,
): TensorData {
  if (from === to) return data;
  if (from === 'string' || to === 'string') return refuse(where, from, to);
  const values = data as ArrayLike<number | bigint>;
  const result = makeElements(to, values.length) as { [index: number]: number | bigint };
  const decode = from === 'float16' ? float16Value : from === 'bfloat16' ? bfloat16Value : Number;
  const wide = from === 'int64' || from === 'uint64';
  for (let at = 0; at < values.length; at += 1) {
    const raw = values[at] as number | bigint;
    const encoded = encode(wide ? raw : decode(raw as number), to, isInteger(from));
    if (encoded === undefined) return refuse(where, from, to, raw, at);
    result[at] = encoded;
  }
  return result as unknown as TensorData;
}

const ranges: Partial<Record<ElementType, readonly [bigint, bigint]>> = {
  int8: [-128n, 127n],
  uint8: [0n, 255n],
  int16: [-32768n, 32767n],
  uint16: [0n, 65535n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  bool: [0n, 1n],
};

const isInteger = (type: ElementType): boolean => type in ranges;

/** The element as it is stored, or undefined where the type can't hold it. */
function encode(
  value: number | bigint,
  to: ElementType,
  exact: boolean,
): number | bigint | undefined {
  const range = ranges[to];
  if (!range) return encodeFloat(Number(value), to, exact);
  if (typeof value === 'number' && !Number.isInteger(value)) return undefined;
  const whole = BigInt(value);
  if (whole < range[0] || whole > range[1]) return undefined;
  return to === 'int64' || to === 'uint64' ? whole : Number(whole);
}

function encodeFloat(value: number, to: ElementType, exact: boolean): number | undefined {
  const stored =
    to === 'float16' ? float16Bits(value) : to === 'bfloat16' ? bfloat16Bits(value) : value;
  const kept = roundTrip(stored, to);
  if (exact && kept !== value) return undefined;
  if (Number.isFinite(value) && !Number.isFinite(kept)) return undefined;
  return stored;
}

function roundTrip(stored: number, type: ElementType): number {
  if (type === 'float16') return float16Value(stored);
  if (type === 'bfloat16') return bfloat16Value(stored);
  return type === 'float32' ? Math.fround(stored) : stored;
}

function refuse(
  where: string,
  from: ElementType,
  to: ElementType,
  value?: number | bigint,
  at?: number,
): never {
  const which = value === undefined ? '' : `: ${value} at element ${at}`;
  return fail('bad-dataset', `${where} holds ${from}, the model takes ${to}${which}`, {
    hint: `save the array as ${to}`,
    details: { file: where, expected: to, found: from },
  });
}

import { type Cursor, varintWidth } from './cursor.ts';
import { none, PlainTensor } from './read.ts';

/** Tags, `field number << 3 | wire type`, of what weights are usually written with. */
const dimsTag = 0x08;
const dataTypeTag = 0x10;
const nameTag = 0x42;
const rawDataTag = 0x4a;

/**
 * Reads a tensor the way almost every exporter writes weights: dims, data_type, name, raw_data,
 * once each, in this order, numbers in their shortest form. Big models consist of such tensors, and
 * with every property at its place in the source this is three times faster than the general
 * decoder, which reads any other form.
 *
 * @returns `undefined` for another form, the cursor being where it was.
 */
export function readTensor(cursor: Cursor, end: number): PlainTensor | undefined {
  const { bytes, pos: start } = cursor;
  let pos = start;
  let rank = 0;
  while (pos + 2 < end && bytes[pos] === dimsTag) {
    if (bytes[pos + 1]! < 0x80) pos += 2;
    else if (isLastByte(bytes[pos + 2]!)) pos += 3;
    else return undefined;
    rank++;
  }
  if (pos + 5 >= end || bytes[pos] !== dataTypeTag || bytes[pos + 1]! >= 0x80) return undefined;
  const nameLength = bytes[pos + 3]!;
  const rawData = pos + 4 + nameLength;
  if (bytes[pos + 2] !== nameTag || nameLength > 0x7f || rawData >= end) return undefined;
  if (bytes[rawData] !== rawDataTag) return undefined;
  cursor.pos = pos + 4;
  const name = cursor.text(nameLength);
  cursor.pos++;
  cursor.varint();
  const from = cursor.pos;
  const isShortest = cursor.high === 0 && cursor.width === varintWidth(cursor.low, 0);
  if (cursor.lossy || cursor.low !== end - from || !isShortest) {
    cursor.pos = start;
    return undefined;
  }
  const tensor = new PlainTensor(
    { file: bytes, start, end },
    {
      dims: readDims(bytes, start, rank),
      dataType: bytes[pos + 1]!,
      name,
      rawData: cursor.view(from, end),
    },
  );
  cursor.pos = end;
  return tensor;
}

/** Whether a byte can end a number in its shortest form. */
const isLastByte = (byte: number): boolean => byte > 0 && byte < 0x80;

/** Dimensions of one or two bytes each, which were checked. */
function readDims(bytes: Uint8Array, start: number, rank: number): readonly number[] {
  if (rank === 0) return none;
  let pos = start + 1;
  const next = (): number => {
    const low = bytes[pos]!;
    const high = bytes[pos + 1]!;
    pos += low < 0x80 ? 2 : 3;
    return low < 0x80 ? low : (low & 0x7f) | (high << 7);
  };
  // A literal of the right length: growing a list would cost more than all the rest.
  if (rank === 1) return [next()];
  if (rank === 2) return [next(), next()];
  if (rank === 4) return [next(), next(), next(), next()];
  return Array.from({ length: rank }, next);
}

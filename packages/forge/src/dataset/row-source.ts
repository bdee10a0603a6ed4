import { open } from 'node:fs/promises';
import type { ElementType } from '@selvedge/core/schema';
import type { Tensor, TensorData } from '@selvedge/infer/engine';
import { decodeElements, sliceElements } from './elements.ts';
import { checkBodyLength, readNpy } from './npy.ts';
import { maxHeaderBytes, type NpyHeader, parseNpyHeader } from './npy-header.ts';

/** An array read row by row: row `i` is `a[i]`. */
export interface RowSource {
  /** Name for messages. */
  readonly file: string;
  readonly type: ElementType;
  /** Shape of the whole array, rows first. */
  readonly shape: readonly number[];
  row(index: number): Promise<TensorData>;
  close(): Promise<void>;
}

/** Rows of an array in memory. */
export function memoryRows(file: string, tensor: Tensor): RowSource {
  const size = tensor.shape.slice(1).reduce((product, side) => product * side, 1);
  return {
    file,
    type: tensor.type,
    shape: tensor.shape,
    row: async (index) => sliceElements(tensor.data, index * size, (index + 1) * size),
    close: async () => {},
  };
}

/** Bytes that are read ahead, at least: neighbours are usually asked for next. */
const blockBytes = 1 << 20;

/**
 * Rows of a `.npy` file, read as they are asked for, so that a set larger than memory works.
 * An array in Fortran order has its rows scattered and is read whole.
 *
 * @throws SelvedgeError `bad-dataset`
 */
export async function fileRows(path: string, file: string): Promise<RowSource> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const head = new Uint8Array(Math.min(size, maxHeaderBytes));
    await handle.read(head, 0, head.length, 0);
    const header = parseNpyHeader(head, file);
    checkBodyLength(header, size - header.dataOffset, file);
    if (header.fortranOrder) {
      const whole = new Uint8Array(await handle.readFile());
      await handle.close();
      return memoryRows(file, readNpy(whole, file));
    }
    return blockRows(handle, header, file);
  } catch (caught) {
    await handle.close();
    throw caught;
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

function blockRows(handle: Handle, header: NpyHeader, file: string): RowSource {
  const { dtype, shape, dataOffset } = header;
  const rowBytes = shape.slice(1).reduce((product, side) => product * side, dtype.itemBytes);
  const rowsPerBlock = Math.max(1, Math.floor(blockBytes / Math.max(1, rowBytes)));
  // Several readers may wait for blocks at once: each keeps the one it asked for.
  let held: { readonly number: number; readonly bytes: Promise<Uint8Array> } | undefined;
  const readBlock = async (number: number): Promise<Uint8Array> => {
    const first = number * rowsPerBlock;
    const rows = Math.min(rowsPerBlock, (shape[0] ?? 1) - first);
    const bytes = new Uint8Array(rows * rowBytes);
    await handle.read(bytes, 0, bytes.length, dataOffset + first * rowBytes);
    return bytes;
  };
  return {
    file,
    type: dtype.type,
    shape,
    row: async (index) => {
      const number = Math.floor(index / rowsPerBlock);
      if (held?.number !== number) held = { number, bytes: readBlock(number) };
      const block = await held.bytes;
      const start = (index - number * rowsPerBlock) * rowBytes;
      return decodeElements(block.subarray(start, start + rowBytes), dtype);
    },
    close: () => handle.close(),
  };
}

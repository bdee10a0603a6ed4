import type { KernelWork } from '@selvedge/core/release';
import { count, type KernelClass, type KernelFacts } from './kernel-class.ts';

/**
 * The work of one kernel, in the blocks that tensor processors compute in: 32 channels, 8 × 4
 * positions. What does not fill a block takes as long as a full one.
 *
 * @param image whether its tensors are images: batch, channels, positions; else channels are last
 */
export function kernelWork(
  kernel: KernelClass,
  { inputs, stored, output }: KernelFacts,
  macs: number,
  image: boolean,
): KernelWork {
  const moved = [...inputs.filter((_, at) => !stored[at]), output];
  const elements = moved.reduce((sum, shape) => sum + blockElements(shape, image), 0);
  const weights =
    kernel === 'gather'
      ? 0
      : inputs.reduce((sum, shape, at) => sum + (stored[at] ? count(shape) : 0), 0);
  const blockMacs = Math.round(macs * padding(kernel, { inputs, output }));
  return {
    nodes: 1,
    macs: arithmetic.has(kernel) ? blockMacs : 0,
    elements,
    weights,
    waiting: Math.max(0, weights - Math.floor(blockMacs / weightIntensity)),
  };
}

/** Multiply-accumulates that hide the reading of one weight: 10 TMAC/s over 80 GB/s, a byte or two each. */
const weightIntensity = 120;

/** The sum of two amounts of work. */
export function addWork(a: KernelWork | undefined, b: KernelWork): KernelWork {
  if (a === undefined) return b;
  return {
    nodes: a.nodes + b.nodes,
    macs: a.macs + b.macs,
    elements: a.elements + b.elements,
    weights: a.weights + b.weights,
    waiting: a.waiting + b.waiting,
  };
}

const arithmetic: ReadonlySet<KernelClass> = new Set([
  ...(['conv', 'stem', 'pointwise', 'depthwise', 'grouped', 'volume', 'transposed'] as const),
  ...(['linear', 'vector', 'matmul', 'recurrent'] as const),
]);

const up = (size: number, block: number) => Math.ceil(size / block) * block;
const grown = (size = 1) => up(size, 32) / size;

/** Elements of a tensor whose channels and positions fill blocks. */
function blockElements(shape: readonly number[], image: boolean): number {
  if (shape.length === 0) return 0;
  if (image) return shape[0]! * up(shape[1] ?? 1, 32) * blockPositions(shape.slice(2));
  return up(shape.at(-1)!, 32) * blockPositions(shape.slice(0, -1));
}

function blockPositions(positions: readonly number[]): number {
  if (positions.length < 2) return up(positions[0] ?? 1, 8);
  const [height, width] = positions.slice(-2) as [number, number];
  return count(positions.slice(0, -2)) * up(height, 8) * up(width, 4);
}

/** By how much blocks make the arithmetic of a kernel larger. */
function padding(
  kernel: KernelClass,
  { inputs, output }: Pick<KernelFacts, 'inputs' | 'output'>,
): number {
  if (count(output) === 0) return 1;
  const [input = []] = inputs;
  if (kernel === 'linear' || kernel === 'matmul' || (kernel === 'vector' && output.length < 4)) {
    const rows = count(output.slice(0, -1));
    return (up(rows, 8) / rows) * grown(output.at(-1)) * grown(input.at(-1));
  }
  if (!arithmetic.has(kernel) || kernel === 'recurrent' || kernel === 'vector') return 1;
  const positions = output.slice(2);
  // A kernel of several positions fills a block with them where its channels do not.
  const deep =
    (kernel === 'pointwise' || kernel === 'volume' || kernel === 'transposed') &&
    (input[1] ?? 0) >= 8;
  return (
    (blockPositions(positions) / count(positions)) * grown(output[1]) * (deep ? grown(input[1]) : 1)
  );
}

import { elementCount, type Session, type Tensor, type Tensors } from '@selvedge/infer/engine';
import { compareTensors } from '@selvedge/infer/golden';
import { sliceElements } from '../dataset/index.ts';

/** Whether every input and output has a free first dimension, so that samples may be stacked. */
export const mayBatch = ({ inputs, outputs }: Session): boolean =>
  [...inputs, ...outputs].every(({ shape }) => shape.length > 0 && typeof shape[0] !== 'number');

/** Runs samples as one stacked batch and takes the answers apart again. */
export async function runBatch(session: Session, samples: readonly Tensors[]): Promise<Tensors[]> {
  const { outputs } = await session.run(stack(samples));
  return unstack(outputs, samples.length);
}

/**
 * Whether stacked samples get the answers they get alone: a free first dimension need not be a
 * batch (it may be time), and some operators mix what stands beside each other.
 */
export function sameAnswers(alone: readonly Tensors[], stacked: readonly Tensors[]): boolean {
  return alone.every((outputs, at) =>
    Object.entries(outputs).every(([name, golden]) => {
      const actual = stacked[at]?.[name];
      const tolerance = { absolute: 1e-5 * largest(golden), relative: 1e-4 };
      return actual !== undefined && compareTensors(actual, golden, tolerance).ok;
    }),
  );
}

function stack(samples: readonly Tensors[]): Tensors {
  const names = Object.keys(samples[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, concatenate(samples.map((sample) => sample[name] as Tensor))]),
  );
}

function concatenate(parts: readonly Tensor[]): Tensor {
  const [{ type, shape, data }] = parts as [Tensor];
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] as number), 0);
  const whole = [rows, ...shape.slice(1)];
  if (type === 'string') {
    return { type, shape: whole, data: parts.flatMap((part) => part.data as readonly string[]) };
  }
  const first = data as Float32Array;
  const all = new (first.constructor as Float32ArrayConstructor)(elementCount(whole));
  let at = 0;
  for (const part of parts) {
    all.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return { type, shape: whole, data: all };
}

function unstack(outputs: Tensors, count: number): Tensors[] {
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, { type, shape, data }]) => {
        const rows = (shape[0] as number) / count;
        const size = data.length / count;
        const own = sliceElements(data, index * size, (index + 1) * size);
        return [name, { type, shape: [rows, ...shape.slice(1)], data: own }];
      }),
    ),
  );
}

function largest(tensor: Tensor): number {
  if (tensor.type !== 'float32' && tensor.type !== 'float64') return 0;
  return (tensor.data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

import { numberReader, type Tensor, type Tensors } from '@selvedge/infer/engine';

/** The class a model answered, and how many classes its output tells apart (if it says). */
export interface PredictedClass {
  readonly label: number | string;
  readonly classes: number | undefined;
}

/**
 * The class in the first output that has one: an integer is the class itself, several scores mean
 * the arg-max, a single score means class 1 from 0.5 up (a sigmoid's answer). Where none has, one
 * that is a name.
 */
export function predictedClass(outputs: Tensors): PredictedClass | undefined {
  for (const tensor of Object.values(outputs)) {
    const found = classIn(tensor);
    if (found) return found;
  }
  return Object.values(outputs)
    .map(nameIn)
    .find((found) => found !== undefined);
}

const floats = new Set(['float32', 'float64', 'float16', 'bfloat16']);

function classIn(tensor: Tensor): PredictedClass | undefined {
  const count = tensor.data.length;
  if (tensor.type === 'string' || count === 0) return undefined;
  const read = numberReader(tensor);
  if (!floats.has(tensor.type)) {
    return count === 1 ? { label: read(0), classes: undefined } : undefined;
  }
  if (count === 1) return { label: read(0) >= 0.5 ? 1 : 0, classes: 2 };
  let best = 0;
  for (let at = 1; at < count; at += 1) if (read(at) > read(best)) best = at;
  return { label: best, classes: count };
}

function nameIn({ type, data }: Tensor): PredictedClass | undefined {
  const [name] = data;
  if (type !== 'string' || data.length !== 1 || typeof name !== 'string') return undefined;
  return { label: name, classes: undefined };
}

import type { TensorSpec } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import {
  elementCount,
  layoutOf,
  type Session,
  type Tensor,
  type Tensors,
} from '@selvedge/infer/engine';
import { convertElements } from '../dataset/index.ts';

/** Inputs a model accepts, and what it answers. */
export interface Trial {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/**
 * Finds inputs that a model runs, from a seed: floats are normally distributed, integers small
 * (0 and 1 index any table), text is letters. Free dimensions are 1 where that runs; otherwise
 * sizes in common use are tried, in one input at a time and then in all, the first dimension (the
 * batch) staying 1. Inputs of more than 2^27 elements are not tried.
 *
 * @returns what ran, or the engine's first refusal where nothing did
 */
export async function findInputs(
  session: Session,
  seed: number,
): Promise<Trial | { readonly refused: string }> {
  let refused = '';
  for (const sides of candidateSides(session.inputs)) {
    const shapes = shapesOf(session.inputs, sides);
    if (countAll(shapes) > maxElements) {
      refused ||= `its inputs take ${formatBytes(bytesOf(session.inputs, shapes))}`;
      continue;
    }
    for (const fill of ['random', 'zero'] as const) {
      const inputs = makeInputs(session.inputs, shapes, fill, seed);
      try {
        return { inputs, outputs: (await session.run(inputs)).outputs };
      } catch (caught) {
        refused ||= (caught as Error).message;
      }
    }
  }
  return { refused };
}

/** A gigabyte while they are made, as float64. */
const maxElements = 2 ** 27;

/** Sequence lengths, audio frames and image sides that models commonly insist on. */
const commonSides = [
  2, 3, 4, 8, 16, 32, 64, 96, 128, 224, 256, 288, 320, 512, 576, 640, 1024, 1600,
];

/** The size of an input's free dimensions. */
type Sides = (input: TensorSpec) => number;

function* candidateSides(inputs: readonly TensorSpec[]): Generator<Sides> {
  yield () => 1;
  const free = inputs.filter(({ shape }) =>
    shape.slice(1).some((side) => typeof side !== 'number'),
  );
  for (const side of commonSides) {
    for (const one of free) yield (input) => (input === one ? side : 1);
    if (free.length > 1) yield () => side;
  }
}

type Shapes = readonly (readonly number[])[];

/** The shape of each input: sizes that the model states, and `sides` for the free ones. */
function shapesOf(specs: readonly TensorSpec[], sides: Sides): Shapes {
  return specs.map((spec) => {
    const free = sides(spec);
    return spec.shape.map((size, axis) =>
      typeof size === 'number' ? size : axis === 0 ? 1 : free,
    );
  });
}

const countAll = (shapes: Shapes): number =>
  shapes.reduce((sum, shape) => sum + elementCount(shape), 0);

const bytesOf = (specs: readonly TensorSpec[], shapes: Shapes): number =>
  specs.reduce((sum, { type }, at) => {
    const layout = layoutOf(type);
    return sum + elementCount(shapes[at] ?? []) * (layout?.bytes ?? 1);
  }, 0);

function makeInputs(
  specs: readonly TensorSpec[],
  shapes: Shapes,
  fill: 'random' | 'zero',
  seed: number,
): Tensors {
  const random = randomFrom(seed);
  return Object.fromEntries(
    specs.map(({ name, type }, at): [string, Tensor] => [
      name,
      fillTensor(type, [...(shapes[at] ?? [])], fill === 'zero' ? () => 0 : random),
    ]),
  );
}

function fillTensor(type: Tensor['type'], shape: number[], random: () => number): Tensor {
  const count = elementCount(shape);
  if (type === 'string') {
    return { type, shape, data: Array.from({ length: count }, () => (random() < 0.5 ? 'a' : 'b')) };
  }
  const isFloat = type.includes('float');
  const values = Float64Array.from({ length: count }, () =>
    isFloat ? normal(random) : Number(random() >= 0.5),
  );
  return { type, shape, data: convertElements(values, 'float64', type, 'random inputs') };
}

/** Box–Muller; the zero source gives 0. */
function normal(random: () => number): number {
  const radius = random();
  return radius === 0 ? 0 : Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * random());
}

/** mulberry32: small, and the same everywhere. Numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { fail } from '@selvedge/core/errors';
import { parseDocument, type TensorSpec } from '@selvedge/core/schema';
import type { Tensor, TensorData, Tensors } from '@selvedge/infer/engine';
import { type Static, Type } from 'typebox';
import { convertElements } from './convert.ts';
import { makeElements } from './elements.ts';
import { sampleShape } from './sample-shape.ts';

const Value = Type.Cyclic(
  {
    Value: Type.Union([
      Type.Number(),
      Type.Boolean(),
      Type.String(),
      Type.Array(Type.Ref('Value')),
    ]),
  },
  'Value',
);

/** `sequence.json`: how the samples of a stateful model follow each other. */
export const SequenceFile = Type.Object(
  {
    /** Output name → name of the input that it becomes in the next sample. */
    feeds: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Input name → its value in the first sample. One number fills the whole input. */
    initial: Type.Optional(Type.Record(Type.String(), Value)),
    /** Input name → its value in every sample, for inputs that have no file. */
    constants: Type.Optional(Type.Record(Type.String(), Value)),
    /** Samples at which the state begins anew, besides the first. */
    restarts: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
  },
  { additionalProperties: false },
);
export type SequenceFile = Static<typeof SequenceFile>;

/** A parsed {@link SequenceFile}, its values as tensors. */
export interface Sequence {
  /** Output name → input name. */
  readonly feeds: Readonly<Record<string, string>>;
  /** What the fed inputs hold at the first sample and at every restart. */
  readonly initial: Tensors;
  readonly constants: Tensors;
  readonly restarts: readonly number[];
}

/**
 * Checks a `sequence.json` against the model's inputs.
 * @throws SelvedgeError `bad-dataset`
 */
export function parseSequence(text: string, inputs: readonly TensorSpec[], file: string): Sequence {
  const raw = parseDocument(SequenceFile, parseJson(text, file), file);
  const feeds = raw.feeds ?? {};
  const initial = tensorsOf(raw.initial ?? {}, inputs, `${file}: initial`);
  for (const [output, input] of Object.entries(feeds)) {
    if (initial[input]) continue;
    fail('bad-dataset', `${file}: ${output} feeds ${input}, which has no initial value`, {
      hint: `add "${input}" to "initial"; 0 fills it with zeros`,
      details: { file, field: `initial.${input}` },
    });
  }
  const constants = tensorsOf(raw.constants ?? {}, inputs, `${file}: constants`);
  return { feeds, initial, constants, restarts: raw.restarts ?? [] };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return fail('bad-dataset', `${file} is not JSON`, { cause, details: { file } });
  }
}

function tensorsOf(
  values: Readonly<Record<string, unknown>>,
  inputs: readonly TensorSpec[],
  where: string,
): Tensors {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const spec = inputs.find((input) => input.name === name);
      if (!spec) {
        return fail('bad-dataset', `${where}: the model has no input ${name}`, {
          hint: `its inputs are ${inputs.map((input) => input.name).join(', ')}`,
          details: { where, field: name },
        });
      }
      return [name, tensorOf(value, spec, `${where}.${name}`)];
    }),
  );
}

/** A nested list has its own shape; a single value fills the input, free dimensions being 1. */
function tensorOf(value: unknown, spec: TensorSpec, where: string): Tensor {
  const elements = (Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value]).map(
    (element) => (typeof element === 'boolean' ? Number(element) : element),
  );
  const shape = Array.isArray(value)
    ? sampleShape(spec, shapeOf(value), where)
    : spec.shape.map((side) => (typeof side === 'number' ? side : 1));
  const count = shape.reduce((product, side) => product * side, 1);
  if (elements.length !== 1 && elements.length !== count) {
    return fail('bad-dataset', `${where} holds ${elements.length} values, expected ${count}`);
  }
  const filled = Array.from({ length: count }, (_, at) => elements[elements.length === 1 ? 0 : at]);
  return { type: spec.type, shape, data: dataOf(filled, spec, where) };
}

function dataOf(values: unknown[], spec: TensorSpec, where: string): TensorData {
  if (spec.type === 'string') return values.map(String);
  if (values.some((value) => typeof value !== 'number')) {
    return fail('bad-dataset', `${where} holds text, ${spec.name} takes ${spec.type}`);
  }
  const numbers = makeElements('float64', values.length) as Float64Array;
  numbers.set(values as number[]);
  return convertElements(numbers, 'float64', spec.type, where);
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

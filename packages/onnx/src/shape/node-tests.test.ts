/**
 * Inference against what ONNX Runtime makes of ONNX's 875 node tests: every value of every graph
 * that it runs, and the published outputs of those that it does not.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import {
  type NamedTensor,
  type NodeTest,
  nodeTests,
} from '../../../../tests/support/onnx-node-tests.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { exposeValues } from '../graph/index.ts';
import { concat, edit, type Model, readModel, writeModel } from '../wire/index.ts';
import { type Inference, inferValues, type ValueFacts } from './index.ts';

interface Seen {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data?: ArrayLike<unknown>;
}

/** What is said of how many tests: the least that must hold. */
const expected = {
  /** Values that were compared; ONNX Runtime has no kernel for some tests. */
  values: 4700,
  /** Tests whose every output has the inferred type and sizes, from the graph alone. */
  fromTheGraph: 710,
  /** The same where small inputs are known, as in an observation. */
  withInputs: 845,
};

itUnless(noSharedData)(
  'inference contradicts nothing that the 875 node tests show, and settles most of them',
  async () => {
    const wrong: string[] = [];
    const count = { tests: 0, values: 0, fromTheGraph: 0, withInputs: 0 };
    for (const test of nodeTests()) {
      const model = undeclared(readModel(test.model, { name: test.name }));
      const seen = await valuesOf(test, model);
      const graph = inferValues(model);
      const told = inferValues(model, knownInputs(test, model));
      count.tests++;
      count.values += seen.size;
      for (const inference of [graph, told])
        wrong.push(
          ...contradictions(inference, model, seen).map((what) => `${test.name}: ${what}`),
        );
      count.fromTheGraph += Number(isSettled(graph, model, seen));
      count.withInputs += Number(isSettled(told, model, seen));
    }
    expect(wrong).toEqual([]);
    expect(count.tests).toBe(875);
    for (const [name, least] of Object.entries(expected))
      expect([name, count[name as keyof typeof expected]]).toEqual([name, atLeast(least)]);
  },
);

const atLeast = (least: number): unknown => expect.toSatisfy((value: number) => value >= least);

/** A model that says nothing of its outputs and inner values. */
const undeclared = (model: Model): Model =>
  edit(model, {
    graph: edit(model.graph, {
      valueInfo: [],
      output: model.graph.output.map((info) => edit(info, { type: undefined })),
    }),
  });

/** Values of the main graph: the published outputs, and where the engine runs it all that it made. */
async function valuesOf({ sets }: NodeTest, model: Model): Promise<Map<string, Seen>> {
  const [{ inputs, outputs } = { inputs: [], outputs: [] }] = sets;
  const seen = new Map<string, Seen>();
  for (const [at, { name, tensor }] of outputs.entries()) {
    if (tensor)
      seen.set(name || model.graph.output[at]!.name!, { type: tensor.type, dims: tensor.shape });
  }
  const feeds = feedsOf(inputs, model);
  if (!feeds) return seen;
  for (const shown of [exposeValues(model, 'all'), model]) {
    const produced = await run(shown, feeds).catch(() => undefined);
    for (const [name, tensor] of Object.entries(produced ?? {}))
      if (tensor.dims) seen.set(name, { type: tensor.type, dims: tensor.dims, data: tensor.data });
    if (produced) return seen;
  }
  return seen;
}

/** Undefined where an input is no tensor, or one of a type that the binding does not have. */
function feedsOf(
  inputs: readonly NamedTensor[],
  { graph }: Model,
): Record<string, Tensor> | undefined {
  const make = Tensor as unknown as new (...of: unknown[]) => Tensor;
  try {
    const feeds = inputs.map(({ name, tensor }, at) => [
      name || graph.input[at]!.name!,
      new make(tensor!.type, tensor!.data, tensor!.shape),
    ]);
    return Object.fromEntries(feeds) as Record<string, Tensor>;
  } catch {
    return undefined;
  }
}

async function run(model: Model, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(concat(writeModel(model)), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
  });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

/** Shapes of all inputs, elements of the small ones. */
function knownInputs({ sets }: NodeTest, { graph }: Model) {
  const shapes = new Map<string, readonly number[]>();
  const constants = new Map<string, readonly number[]>();
  for (const [at, { name, tensor }] of (sets[0]?.inputs ?? []).entries()) {
    const key = name || graph.input[at]!.name!;
    if (tensor) shapes.set(key, tensor.shape);
    const isPlain = tensor && ['bool', 'float32', 'int32', 'int64'].includes(tensor.type);
    if (isPlain && tensor.data.length <= 64)
      constants.set(key, Array.from(tensor.data as ArrayLike<number | bigint>, Number));
  }
  return { shapes, constants };
}

function contradictions(inference: Inference, model: Model, seen: Map<string, Seen>): string[] {
  const found: string[] = [];
  for (const [name, { type, dims, data }] of seen) {
    const facts = inference.of(model.graph, name);
    if (facts.type && facts.type !== type) found.push(`${name} is ${type}, not ${facts.type}`);
    const fits =
      facts.shape?.length === dims.length &&
      facts.shape.every((size, at) => size === null || size === dims[at]);
    if (facts.shape && !fits) found.push(`${name} is [${dims}], not [${facts.shape}]`);
    if (facts.constant && data && !sameNumbers(facts.constant, data))
      found.push(`${name} holds [${[...facts.constant]}]`);
  }
  return found;
}

function sameNumbers(constant: readonly number[], data: ArrayLike<unknown>): boolean {
  const numbers = Array.from(data, Number);
  return numbers.length === constant.length && numbers.every((value, at) => value === constant[at]);
}

/** Whether type and sizes of every output are known, and the element type of what is no tensor. */
const isSettled = (inference: Inference, { graph }: Model, seen: Map<string, Seen>): boolean =>
  graph.output.every(({ name }) => {
    const facts = inference.of(graph, name!);
    return seen.has(name!) ? isWhole(facts) : Boolean(facts.sequence ?? facts.optional);
  });

const isWhole = ({ type, shape }: ValueFacts): boolean =>
  type !== undefined && shape !== undefined && !shape.includes(null);

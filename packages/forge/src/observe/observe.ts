import type { Session, Tensor, Tensors } from '@selvedge/infer/engine';
import {
  attribute,
  exposeValues,
  type Inference,
  inferValues,
  inlineBranches,
  type Model,
  type Observed,
} from '@selvedge/onnx';

/** A model as one run showed it. */
export interface ObservedModel extends Observed {
  /** The model with the branches that the run took in the place of its Ifs. */
  readonly model: Model;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly constants: ReadonlyMap<string, readonly number[]>;
}

/**
 * Runs a model with its inner values exposed, and gives their shapes, the small inputs and
 * conditions that say what runs, and the branches that were taken. Rules carry these on to what a
 * run cannot show: `countModel(seen.model, seen)` counts what this run cost.
 *
 * Values whose sizes the rules know already are not exposed. What cannot be shown, because the
 * engine refuses it or it is no tensor, stays as the rules have it; the model itself is never
 * changed for other inputs than these.
 *
 * @param load loads a model in an engine; refusals leave things unknown
 * @param inputs a request that the model answers
 */
export async function observe(
  model: Model,
  load: (model: Model) => Promise<Session>,
  inputs: Tensors,
): Promise<ObservedModel> {
  const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const constants = new Map(smallIntegers(inputs));
  let taken = model;
  // Every round may open an If within the branch that the last one took.
  for (let round = 0; round < maxRounds; round++) {
    taken = inlineBranches(taken, { shapes, constants }).model;
    const inference = inferValues(taken, { shapes, constants });
    const conditions = openConditions(taken, inference);
    const unknown = unknownValues(taken, inference);
    if (conditions.length + unknown.length === 0) break;
    const outputs = await look(taken, load, inputs, [...unknown, ...conditions]);
    for (const [name, { shape }] of Object.entries(outputs)) shapes.set(name, shape);
    for (const [name, elements] of smallIntegers(outputs)) constants.set(name, elements);
    if (!conditions.some((name) => constants.has(name))) break;
  }
  return { model: taken, shapes, constants };
}

const maxRounds = 8;
const maxElements = 16;

/** Integers and booleans of a few elements: rates, lengths, flags. */
function* smallIntegers(tensors: Tensors): Generator<[name: string, elements: readonly number[]]> {
  for (const [name, { type, data }] of Object.entries(tensors)) {
    if (!integerTypes.has(type) || data.length > maxElements) continue;
    const elements = Array.from(data as ArrayLike<number | bigint | boolean>, Number);
    if (elements.every(Number.isSafeInteger)) yield [name, elements];
  }
}

const integerTypes: ReadonlySet<Tensor['type']> = new Set([
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);

/** Conditions of Ifs in the main graph whose branch is not known. */
const openConditions = ({ graph }: Model, inference: Inference): string[] =>
  graph.node
    .filter((node) => attribute(node, 'then_branch') && !inference.branchOf(node))
    .flatMap(({ input }) => input.slice(0, 1).filter(Boolean));

function unknownValues({ graph }: Model, inference: Inference): string[] {
  return graph.node
    .flatMap(({ output }) => output)
    .filter((name) => {
      const { shape, sequence, optional } = inference.of(graph, name);
      return name !== '' && !sequence && !optional && !shape?.every((size) => size !== null);
    });
}

/** Values of a run; those of the model's own outputs alone where the engine refuses to show more. */
async function look(
  model: Model,
  load: (model: Model) => Promise<Session>,
  inputs: Tensors,
  names: readonly string[],
): Promise<Tensors> {
  const given = new Set(model.graph.input.map(({ name }) => name));
  const session = await load(
    exposeValues(
      model,
      names.filter((name) => !given.has(name)),
    ),
  ).catch(() => undefined);
  if (!session) return {};
  try {
    return (await session.run(inputs)).outputs;
  } catch {
    // The model itself runs: what fails is the looking.
    return {};
  } finally {
    await session.close();
  }
}

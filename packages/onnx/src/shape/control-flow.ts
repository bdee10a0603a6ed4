/** If, Loop, Scan and SequenceMap: what their graphs make of what they are given (ONNX Operators). */
import { attribute, intAttribute, intsAttribute } from '../graph/attribute.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import { type Dim, sameDim } from './dimension.ts';
import { commonFacts, type Facts, positiveAxis, type Shape } from './facts.ts';

/** Infers a graph inside a node from facts of its inputs by position; gives those of its outputs. */
export type InferBody = (body: GraphProto, given: readonly Facts[]) => readonly Facts[];

export interface ControlFlow {
  readonly outputs: readonly Facts[];
  /** Of an If: the branch that is taken whatever the inputs are. */
  readonly branch?: GraphProto | undefined;
  /** Of a Loop or Scan: how often its body runs. */
  readonly trips?: number | undefined;
}

/** `undefined` for a node that holds no graphs of these kinds. */
export function inferControlFlow(
  node: NodeProto,
  opset: number,
  inputs: readonly Facts[],
  infer: InferBody,
): ControlFlow | undefined {
  if (node.opType === 'If') return branches(node, inputs[0]?.elements?.[0] ?? null, infer);
  const body = attribute(node, 'body')?.g;
  if (!body) return undefined;
  if (node.opType === 'Loop') return loop(node, body, inputs, infer);
  if (node.opType === 'Scan') return scan(node, body, opset, inputs, infer);
  return node.opType === 'SequenceMap' ? sequenceMap(body, inputs, infer) : undefined;
}

/** The branch that a constant condition takes, else what both branches agree on. */
function branches(node: NodeProto, condition: Dim, infer: InferBody): ControlFlow {
  const graphs = ['then_branch', 'else_branch'].map((name) => attribute(node, name)?.g);
  const [then, otherwise] = graphs.map((graph) => (graph ? infer(graph, []) : []));
  if (typeof condition === 'number') {
    const taken = condition !== 0 ? 0 : 1;
    return { outputs: [then!, otherwise!][taken]!, branch: graphs[taken] };
  }
  return { outputs: then!.map((facts, at) => commonFacts(facts, otherwise![at] ?? {})) };
}

/** Loop-11: (trips, condition, carried…) → (carried…, what each round adds…). */
function loop(
  node: NodeProto,
  body: GraphProto,
  inputs: readonly Facts[],
  infer: InferBody,
): ControlFlow {
  const carried = Math.max(0, node.input.length - 2);
  const round: Facts = { type: 'int64', shape: [] };
  // A round that runs is one whose condition held.
  const goes: Facts = { type: 'bool', shape: [], elements: [1] };
  const { states, outputs } = settle(inputs.slice(2, 2 + carried), 1, (given) =>
    infer(body, [round, goes, ...given]),
  );
  const most = node.input[0] ? (inputs[0]?.elements?.[0] ?? null) : null;
  const trips = tripsOf(most, node.input[1] ? inputs[1]?.elements?.[0] : 1, outputs[0]);
  const added = outputs
    .slice(1 + carried)
    .map(({ type, shape }) => ({ type, shape: shape && [trips, ...shape] }));
  return { outputs: [...states, ...added], trips: typeof trips === 'number' ? trips : undefined };
}

/** The rounds of a Loop that no condition ends early. */
function tripsOf(most: Dim, first: Dim | undefined, next: Facts | undefined): Dim {
  if (first === 0) return 0;
  if (most === Number.POSITIVE_INFINITY) return null;
  return first === 1 && next?.elements?.[0] === 1 ? most : null;
}

/**
 * States as they are in every round: what the first round is given and every round gives agree on.
 */
function settle(
  initial: readonly Facts[],
  skip: number,
  run: (states: readonly Facts[]) => readonly Facts[],
): { states: readonly Facts[]; outputs: readonly Facts[] } {
  let states = initial.map(withoutElements);
  for (let round = 0; round < 4; round++) {
    const outputs = run(states);
    const next = states.map((state, at) =>
      withoutElements(commonFacts(state, outputs[at + skip] ?? {})),
    );
    if (next.every((state, at) => sameShape(state.shape, states[at]?.shape)))
      return { states: next, outputs };
    states = next;
  }
  states = states.map(({ type }) => ({ type }));
  return { states, outputs: run(states) };
}

const withoutElements = ({ elements: _, ...facts }: Facts): Facts => facts;

const sameShape = (a: Shape | undefined, b: Shape | undefined): boolean =>
  a === b ||
  (a?.length === b?.length &&
    a !== undefined &&
    a.every((size, at) => (size === null ? b![at] === null : sameDim(size, b![at]!))));

/** Scan-9: (states…, lists to walk…) → (states…, lists made…). Before, lists had a batch axis too. */
function scan(
  node: NodeProto,
  body: GraphProto,
  opset: number,
  inputs: readonly Facts[],
  infer: InferBody,
): ControlFlow {
  const walked = intAttribute(node, 'num_scan_inputs', 1);
  const count = node.input.length - walked;
  if (count < 0) return { outputs: [] };
  if (opset < 9) return batchedScan(body, inputs.slice(1), count - 1, infer);
  const axes = intsAttribute(node, 'scan_input_axes') ?? [];
  const parts = inputs.slice(count).map((list, at) => partOf(list, axes[at] ?? 0));
  const { states, outputs } = settle(inputs.slice(0, count), 0, (given) =>
    infer(body, [...given, ...parts.map(({ facts }) => facts)]),
  );
  const length =
    parts.find((part) => typeof part.length === 'number')?.length ?? parts[0]?.length ?? null;
  const outputAxes = intsAttribute(node, 'scan_output_axes') ?? [];
  const made = outputs.slice(count).map(({ type, shape }, at) => {
    const axis = shape && positiveAxis(outputAxes[at] ?? 0, shape.length + 1);
    return { type, shape: axis === undefined ? undefined : shape!.toSpliced(axis, 0, length) };
  });
  return {
    outputs: [...states, ...made],
    trips: typeof length === 'number' ? length : undefined,
  };
}

/** Scan-8: an input of lengths first, then everything with a batch axis in front. */
function batchedScan(
  body: GraphProto,
  inputs: readonly Facts[],
  count: number,
  infer: InferBody,
): ControlFlow {
  const batch = inputs[0]?.shape?.[0] ?? null;
  const length = inputs[count]?.shape?.[1] ?? null;
  const { states, outputs } = settle(
    inputs.slice(0, count).map((state) => partOf(state, 0).facts),
    0,
    (given) =>
      infer(body, [
        ...given,
        ...inputs.slice(count).map((list) => partOf(partOf(list, 0).facts, 0).facts),
      ]),
  );
  const within = (dims: readonly Dim[], { type, shape }: Facts): Facts => ({
    type,
    shape: shape && [...dims, ...shape],
  });
  return {
    outputs: [
      ...states.map((state) => within([batch], state)),
      ...outputs.slice(count).map((made) => within([batch, length], made)),
    ],
    trips: typeof batch === 'number' && typeof length === 'number' ? batch * length : undefined,
  };
}

/** One element of a list along an axis. */
function partOf({ type, shape }: Facts, axis: number): { facts: Facts; length: Dim } {
  const at = shape && positiveAxis(axis, shape.length);
  if (!shape || at === undefined) return { facts: { type }, length: null };
  return { facts: { type, shape: shape.toSpliced(at, 1) }, length: shape[at]! };
}

/** SequenceMap-17: the body for each element; an input that is no sequence is given whole. */
function sequenceMap(body: GraphProto, inputs: readonly Facts[], infer: InferBody): ControlFlow {
  const given = inputs.map((facts) => facts.sequence ?? facts);
  return { outputs: infer(body, given).map(({ type, shape }) => ({ sequence: { type, shape } })) };
}

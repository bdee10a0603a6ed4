/** The node tests as other operator sets and with other types. */
import {
  type DataTypeName,
  dataTypes,
  edit,
  type Model,
  type ValueInfoProto,
  walkNodes,
} from '@selvedge/onnx';

export interface Variation {
  /** `13`, or `13 uint8`: the operator set, and the type in place of float32. */
  readonly label: string;
  readonly model: Model;
}

/** What a test is varied in. */
export interface Plan {
  readonly opsets: readonly number[];
  /** In place of float32: as operator set `at`, and as the test's own. */
  readonly types: readonly DataTypeName[];
  readonly at: number;
}

/** Of a model of one node; none where there are more. Some break the operator's own rules. */
export function variationsOf(model: Model, { opsets, types, at }: Plan): Variation[] {
  if ([...walkNodes(model)].length !== 1) return [];
  const own = newOpsets.find((one) => one >= opsetOf(model)) ?? newOpsets.at(-1)!;
  const bySet = opsets.map((version) => ({ label: `${version}`, model: asOpset(model, version) }));
  if (model.graph.initializer.length > 0) return bySet;
  const byType = [...new Set([at, own])].flatMap((version) =>
    types.map((type) => ({
      label: `${version} ${type}`,
      model: withType(asOpset(model, version), type),
    })),
  );
  return [...bySet, ...byType];
}

/** Operator sets that brought or changed an operator of the tests. */
const newOpsets = [7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];

/** The plans by the sets that were measured with them. */
export const plans = {
  varied: {
    opsets: newOpsets,
    types: ['float16', 'float64', 'int8', 'uint8', 'int32', 'uint32', 'int64', 'bool'],
    at: 13,
  },
  further: {
    opsets: [8, 12, 14, 18, 22, 25],
    types: [
      ...(['float16', 'bfloat16', 'float64', 'int8', 'int16', 'int32', 'int64'] as const),
      ...(['uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const),
    ],
    at: 17,
  },
} satisfies Record<string, Plan>;

/** `varied`: rules were corrected on it. `further`: measured after the rules were made. */
export type VariedSet = keyof typeof plans;

const opsetOf = (model: Model): number =>
  Number(model.opsetImport.find(({ domain }) => !domain)?.version ?? 1);

const asOpset = (model: Model, version: number): Model =>
  edit(model, {
    opsetImport: model.opsetImport.map((one) => (one.domain ? one : edit(one, { version }))),
  });

function withType(model: Model, type: DataTypeName): Model {
  const swap = (value: ValueInfoProto): ValueInfoProto => {
    const tensor = value.type?.tensorType;
    if (!value.type || tensor?.elemType !== dataTypes.float32) return value;
    const tensorType = edit(tensor, { elemType: dataTypes[type] });
    return edit(value, { type: edit(value.type, { tensorType }) });
  };
  const { input, output } = model.graph;
  const graph = edit(model.graph, { input: input.map(swap), output: output.map(swap) });
  return edit(model, { graph });
}

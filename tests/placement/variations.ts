/** The node tests as other operator sets and with other types: cases that no rule was tuned on. */
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

const opsets = [7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
const types: readonly DataTypeName[] = [
  'float16',
  'float64',
  'int8',
  'uint8',
  'int32',
  'uint32',
  'int64',
  'bool',
];

/** Of a model of one node; none where there are more. Some break the operator's own rules. */
export function variationsOf(model: Model): Variation[] {
  if ([...walkNodes(model)].length !== 1) return [];
  const own = opsets.find((one) => one >= opsetOf(model)) ?? 26;
  const bySet = opsets.map((version) => ({ label: `${version}`, model: asOpset(model, version) }));
  if (model.graph.initializer.length > 0) return bySet;
  const byType = [...new Set([13, own])].flatMap((version) =>
    types.map((type) => ({
      label: `${version} ${type}`,
      model: withType(asOpset(model, version), type),
    })),
  );
  return [...bySet, ...byType];
}

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

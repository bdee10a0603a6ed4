import { makeTensor } from '../build/make.ts';
import { intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import { mapGraphs, mapList } from '../graph/map-graphs.ts';
import type { Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import { importDomain } from '../pass/import-domain.ts';
import { NamePool } from '../pass/name-pool.ts';
import { Replacements } from '../pass/replacements.ts';
import type { Report } from '../pass/report.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { isAllFinite } from '../tensor/finite.ts';
import { elementCount, floatValues, tensorShape } from '../tensor/values.ts';
import { edit } from '../wire/message.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import type { LayerOptions } from './layer.ts';
import { quantizeWeights } from './weights.ts';

/** Names of a weight tensor's 8-bit form. */
interface Stored {
  readonly values: string;
  readonly scales: string;
  readonly zeros: string;
}

/**
 * Turns LSTM into ONNX Runtime's DynamicQuantizeLSTM (docs/ContribOperators.md): both products in
 * 8 bits, their weights with a scale per gate and unit, inputs and states quantised on every step.
 * Gates and states are computed in float32. GRU and RNN have no such form.
 */
export function quantizeLstms(
  model: Model,
  options: LayerOptions & { readonly limit: 127 | 64 },
  report: Report,
): Model {
  const names = new NamePool(model);
  const stored = new Replacements<Stored>();
  let found = false;
  const quantized = mapGraphs(model, (graph, scope) => {
    const node = mapList(graph.node, (entry) => {
      if (entry.opType !== 'LSTM' || !isDefaultDomain(entry.domain)) return entry;
      const reason = whyLeft(entry, scope, options);
      if (reason !== undefined) {
        report.leave(entry, reason);
        return entry;
      }
      report.change(entry);
      found = true;
      const [w, r] = [1, 2].map((at) =>
        storeGates(entry.input[at]!, scope, options.limit, names, stored),
      );
      return quantizedNode(entry, w!, r!);
    });
    return stored.finish(node === graph.node ? graph : edit(graph, { node }), scope);
  });
  return found ? importDomain(quantized, 'com.microsoft', 1) : quantized;
}

function whyLeft(
  node: NodeProto,
  scope: Scope,
  { minWeights, keepNodes }: LayerOptions,
): string | undefined {
  if (keepNodes.some((kept) => kept === node.name || kept === node.output[0])) return 'asked for';
  if (intAttribute(node, 'layout', 0) !== 0) return 'the integer form has no batch-first layout';
  let count = 0;
  for (const at of [1, 2]) {
    const name = node.input[at] ?? '';
    const constant = findConstant(scope, name);
    if (!constant) return `its weights ${name} are computed`;
    if ('reason' in constant) return constant.reason;
    const { tensor } = constant;
    if (tensor.dataType !== dataTypes.float32 || tensor.dims.length !== 3)
      return `its weights ${name} are not float32`;
    if (!isAllFinite(tensor)) return `its weights ${name} are not all finite`;
    count += elementCount(tensor);
  }
  return count < minWeights
    ? `it has only ${count} weights: quantising costs more than it saves`
    : undefined;
}

function storeGates(
  name: string,
  scope: Scope,
  limit: 127 | 64,
  names: NamePool,
  stored: Replacements<Stored>,
): Stored {
  return stored.form(scope, name, `lstm ${name}`, (store) => {
    const constant = findConstant(scope, name) as { readonly tensor: TensorProto };
    const [directions = 0, gates = 0, inputs = 0] = tensorShape(constant.tensor);
    const turned = inputsFirst(floatValues(constant.tensor), directions, gates, inputs);
    const channelOf = (at: number) => Math.floor(at / (inputs * gates)) * gates + (at % gates);
    const { values, scales } = quantizeWeights(turned, limit, directions * gates, channelOf);
    const form = {
      values: names.fresh(`${name}.int8`),
      scales: names.fresh(`${name}.scales`),
      zeros: names.fresh(`${name}.zeros`),
    };
    store(makeTensor(form.values, [directions, inputs, gates], values));
    store(makeTensor(form.scales, [directions, gates], scales));
    store(makeTensor(form.zeros, [directions, gates], new Int8Array(directions * gates)));
    return form;
  });
}

/** `[directions, gates, inputs]` → `[directions, inputs, gates]` */
function inputsFirst(
  values: Float32Array,
  directions: number,
  gates: number,
  inputs: number,
): Float32Array {
  const turned = new Float32Array(values.length);
  const size = gates * inputs;
  for (let direction = 0; direction < directions; direction++)
    for (let gate = 0; gate < gates; gate++)
      for (let input = 0; input < inputs; input++)
        turned[direction * size + input * gates + gate] =
          values[direction * size + gate * inputs + input]!;
  return turned;
}

function quantizedNode(node: NodeProto, w: Stored, r: Stored): NodeProto {
  const given = [...node.input, ...Array<string>(8 - node.input.length).fill('')];
  const input = given.with(1, w.values).with(2, r.values);
  return edit(node, {
    opType: 'DynamicQuantizeLSTM',
    domain: 'com.microsoft',
    input: [...input, w.scales, w.zeros, r.scales, r.zeros],
    attribute: node.attribute.filter(({ name }) => name !== 'layout'),
  });
}

import { makeNode, makeTensor } from '../build/make.ts';
import { isDefaultDomain } from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { findConstant } from '../pass/constants.ts';
import { NamePool } from '../pass/name-pool.ts';
import { Replacements } from '../pass/replacements.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { elementCount, floatValues, tensorShape } from '../tensor/values.ts';
import { edit } from '../wire/message.ts';
import type { TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/** A tensor of few values, each element as a position among them. */
interface FewValues {
  readonly values: Float32Array;
  readonly codes: Uint8Array;
}

/** Names of a constant's two parts. */
interface Stored {
  readonly codes: string;
  readonly values: string;
}

const operators: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Concat']);

/** A tensor and two nodes cost as much. */
const leastElements = 1024;

/**
 * Stores constants that are added, multiplied or joined as a byte per element and the values that
 * occur, at most 256, from which Cast and Gather make them as the model loads. Exact. The anchors of a
 * detector are such constants: a grid's coordinates and a handful of sizes, in as many bytes as a
 * small network's weights. In 8 bits as activations are, boxes would be off by pixels.
 */
export function storePalettes(model: Model): Model {
  const names = new NamePool(model);
  const stored = new Replacements<Stored>();
  const few = new Map<TensorProto, FewValues | undefined>();
  return mapGraphs(model, (graph, scope) => {
    const given = new Map<string, string>();
    const node = graph.node.flatMap((entry) => {
      if (!operators.has(entry.opType ?? '') || !isDefaultDomain(entry.domain)) return entry;
      const made = entry.input.flatMap((name) => {
        if (given.has(name)) return [];
        const constant = findConstant(scope, name);
        if (!constant || 'reason' in constant) return [];
        const { tensor } = constant;
        if (!few.has(tensor)) few.set(tensor, fewValues(tensor));
        const found = few.get(tensor);
        if (!found) return [];
        const form = stored.form(scope, name, `palette ${name}`, (store) => {
          const made = {
            codes: names.fresh(`${name}.codes`),
            values: names.fresh(`${name}.palette`),
          };
          store(makeTensor(made.codes, tensorShape(tensor), found.codes));
          store(makeTensor(made.values, [found.values.length], found.values));
          return made;
        });
        const [index, drawn] = [names.fresh(`${name}.index`), names.fresh(`${name}.drawn`)];
        given.set(name, drawn);
        return [
          makeNode('Cast', [form.codes], [index], { to: dataTypes.int32 }),
          makeNode('Gather', [form.values, index], [drawn]),
        ];
      });
      const isRead = entry.input.some((name) => given.has(name));
      const input = entry.input.map((name) => given.get(name) ?? name);
      return isRead ? [...made, edit(entry, { input })] : entry;
    });
    const isChanged = node.some((entry, at) => entry !== graph.node[at]);
    return stored.finish(isChanged ? edit(graph, { node }) : graph, scope);
  });
}

/** By bits, so that a negative zero stays one. */
function fewValues(tensor: TensorProto): FewValues | undefined {
  if (tensor.dataType !== dataTypes.float32 || elementCount(tensor) < leastElements)
    return undefined;
  const floats = floatValues(tensor);
  const bits = new Uint32Array(floats.slice().buffer);
  const found = new Map<number, number>();
  const codes = new Uint8Array(bits.length);
  for (let at = 0; at < bits.length; at++) {
    const value = bits[at]!;
    const code = found.get(value) ?? found.size;
    if (code > 255) return undefined;
    if (code === found.size) found.set(value, code);
    codes[at] = code;
  }
  return { values: new Float32Array(Uint32Array.from(found.keys()).buffer), codes };
}

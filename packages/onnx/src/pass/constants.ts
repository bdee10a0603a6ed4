import { isDefaultDomain } from '../graph/attribute.ts';
import { constantTensor, type Scope } from '../graph/walk.ts';
import { elementCount, integerValues, isExternal } from '../tensor/values.ts';
import { edit } from '../wire/message.ts';
import type { FunctionProto, GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/**
 * Before IR 4 every initializer had to be listed as an input too (ONNX IR, "Initializers"). Taken
 * as IR 4, those would become defaults that a caller may replace, so the list is shortened to the
 * real inputs. Converters raised such models to IR 4 and later and left the list as it was: where
 * each of several initializers is listed, down to the last bias, it is that list and no choice of
 * defaults. Other models are returned as they are.
 */
export function withoutListedInitializers(model: Model): Model {
  const { graph } = model;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const input = graph.input.filter(({ name }) => !stored.has(name));
  const isOld = Number(model.irVersion) < 4;
  const isAll = stored.size >= fewest && graph.input.length - input.length === stored.size;
  if (!isOld && !isAll) return model;
  const irVersion = isOld ? 4 : model.irVersion;
  return edit(model, { irVersion, graph: edit(graph, { input }) });
}

/** Up to three defaults, all of them replaceable, an author may have meant. */
const fewest = 4;

/** A constant that a graph can read, or why it cannot be used as one. */
export type Constant = { readonly tensor: TensorProto } | { readonly reason: string } | undefined;

/**
 * Looks a value up as a constant: an initializer, the tensor of a Constant node, or either reshaped,
 * in this graph or an outer one. `undefined`: it is computed. A reason: it is stored, but may not be
 * replaced, or not as all of its elements.
 */
export function findConstant(scope: Scope, name: string): Constant {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const tensor = storedIn(at.graph, name);
    if (!tensor && isSparse(at.graph, name)) return { reason: `${name} is stored sparsely` };
    if (!tensor) continue;
    if (isListedInput(at.graph, name))
      return { reason: `${name} is an input that a caller may set` };
    if (isExternal(tensor)) return { reason: `${name} has its data in another file` };
    return { tensor };
  }
  return undefined;
}

const isSparse = (graph: GraphProto | FunctionProto, name: string): boolean =>
  'sparseInitializer' in graph &&
  graph.sparseInitializer.some(({ values }) => values?.name === name);

const stores = new WeakMap<GraphProto | FunctionProto, Map<string, TensorProto>>();

function storedIn(graph: GraphProto | FunctionProto, name: string): TensorProto | undefined {
  let found = stores.get(graph);
  if (!found) {
    found = new Map();
    if ('initializer' in graph)
      for (const tensor of graph.initializer) found.set(tensor.name ?? '', tensor);
    for (const node of graph.node) {
      const tensor = constantTensor(node) ?? reshaped(node, found);
      if (tensor && node.output[0]) found.set(node.output[0], tensor);
    }
    stores.set(graph, found);
  }
  return found.get(name);
}

/** A stored tensor that a Reshape looks at in another shape, as old exporters write weights. */
function reshaped(
  node: NodeProto,
  found: ReadonlyMap<string, TensorProto>,
): TensorProto | undefined {
  if (node.opType !== 'Reshape' || !isDefaultDomain(node.domain)) return undefined;
  const [data, shape] = [found.get(node.input[0] ?? ''), found.get(node.input[1] ?? '')];
  if (!data || !shape || isExternal(shape)) return undefined;
  const dims = integerValues(shape);
  const isPlain = dims.every((size) => size > 0) && product(dims) === elementCount(data);
  return isPlain ? edit(data, { dims }) : undefined;
}

const product = (sizes: readonly number[]): number =>
  sizes.reduce((total, size) => total * size, 1);

const isListedInput = (graph: GraphProto | FunctionProto, name: string): boolean =>
  graph.input.some((input) => (typeof input === 'string' ? input : input.name) === name);

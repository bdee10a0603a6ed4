import { attribute, intAttribute, intsAttribute, textAttribute } from '../../graph/attribute.ts';
import { withoutListedInitializers } from '../../pass/constants.ts';
import type { NodeProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';
import { type Layer, readLayer } from '../layer.ts';

/** A layer whose inputs calibration should look at. */
export interface MomentRequest {
  /** The node's name, or its first output where it has none. */
  readonly layer: string;
  /** The value that the layer reads: expose it (`exposeValues`) and feed it to the collector. */
  readonly value: string;
  /** K: inputs of one output. */
  readonly size: number;
  /** For a convolution: how it goes over its input. */
  readonly window?: ConvWindow;
}

/** A convolution's kernel, by spatial axis. */
export interface ConvWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before each axis. */
  readonly pads: readonly number[];
  /** Positions of the output; `undefined`: from the input's size and both pads. */
  readonly padsAfter: readonly number[];
}

/**
 * Layers of the main graph whose input moments help to round their weights. Layers inside branches
 * and loops can't be looked at from outside; grouped convolutions, and ones that pad by `auto_pad`,
 * are rounded without.
 */
export function momentRequests(
  model: Model,
  options: { readonly minWeights?: number; readonly keepNodes?: readonly string[] } = {},
): MomentRequest[] {
  const { minWeights = 512, keepNodes = [] } = options;
  const { graph } = withoutListedInitializers(model);
  return graph.node.flatMap((node) => {
    const layer = readLayer(node, { graph }, { minWeights, keepNodes });
    if (layer === undefined || typeof layer === 'string') return [];
    return requestOf(node, layer) ?? [];
  });
}

function requestOf(node: NodeProto, { kind, dims }: Layer): MomentRequest | undefined {
  const head = { layer: node.name || node.output[0]!, value: node.input[0]! };
  if (kind === 'MatMul') return { ...head, size: dims[0]! };
  const window = windowOf(node, dims.slice(2));
  if (!window || intAttribute(node, 'group', 1) !== 1) return undefined;
  return { ...head, size: dims.slice(1).reduce((product, size) => product * size, 1), window };
}

function windowOf(node: NodeProto, kernel: readonly number[]): ConvWindow | undefined {
  const auto = attribute(node, 'auto_pad') ? textAttribute(node, 'auto_pad', 'NOTSET') : 'NOTSET';
  if (auto !== 'NOTSET' && auto !== 'VALID') return undefined;
  const ones = kernel.map(() => 1);
  const pads = auto === 'VALID' ? undefined : intsAttribute(node, 'pads');
  return {
    kernel,
    strides: intsAttribute(node, 'strides') ?? ones,
    dilations: intsAttribute(node, 'dilations') ?? ones,
    pads: pads?.slice(0, kernel.length) ?? kernel.map(() => 0),
    padsAfter: pads?.slice(kernel.length) ?? kernel.map(() => 0),
  };
}

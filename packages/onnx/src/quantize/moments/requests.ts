import { intAttribute, intsAttribute, textAttribute } from '../../graph/attribute.ts';
import { withoutListedInitializers } from '../../pass/constants.ts';
import { settleWeights } from '../../pass/settle-weights.ts';
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
  /** Before all axes, then after all; `same`: as many as keep the size, an odd one at the end or the beginning. */
  readonly pads: readonly number[] | 'same-end' | 'same-beginning';
}

/**
 * Layers of the main graph whose input moments help to round their weights. Layers inside branches
 * and loops can't be looked at from outside; grouped convolutions are rounded without.
 */
export function momentRequests(
  model: Model,
  options: { readonly minWeights?: number; readonly keepNodes?: readonly string[] } = {},
): MomentRequest[] {
  const { minWeights = 512, keepNodes = [] } = options;
  const { graph } = settleWeights(withoutListedInitializers(model), { mayGrow: true });
  return graph.node.flatMap((node) => {
    const layer = readLayer(node, { graph }, { minWeights, keepNodes });
    if (layer === undefined || typeof layer === 'string') return [];
    return requestOf(node, layer) ?? [];
  });
}

function requestOf(node: NodeProto, { kind, dims }: Layer): MomentRequest | undefined {
  const head = { layer: node.name || node.output[0]!, value: node.input[0]! };
  if (kind === 'MatMul') return { ...head, size: dims[0]! };
  if (intAttribute(node, 'group', 1) !== 1) return undefined;
  const window = windowOf(node, dims.slice(2));
  return { ...head, size: dims.slice(1).reduce((product, size) => product * size, 1), window };
}

function windowOf(node: NodeProto, kernel: readonly number[]): ConvWindow {
  const ones = kernel.map(() => 1);
  const none = [...kernel, ...kernel].map(() => 0);
  const auto = textAttribute(node, 'auto_pad', 'NOTSET');
  const named = { SAME_UPPER: 'same-end', SAME_LOWER: 'same-beginning', VALID: none } as const;
  return {
    kernel,
    strides: intsAttribute(node, 'strides') ?? ones,
    dilations: intsAttribute(node, 'dilations') ?? ones,
    pads: named[auto as keyof typeof named] ?? intsAttribute(node, 'pads') ?? none,
  };
}

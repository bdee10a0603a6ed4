import { profileOf } from '@selvedge/core/device';
import { type Model, operatorName, opsetVersion } from '@selvedge/onnx';

/** The rule of every node of a model that a target's runtime does not load for its opset. */
const rule = 'opset';

/**
 * What is known of a model in an opset that no engine of the target runs yet: nothing of it can be
 * loaded, whatever a list says of operators. Lists speak of opsets that were there when they were made.
 *
 * @returns undefined where its opset is not too new, or the target's runtime takes converted models
 */
export function tooNewFor(target: string, model: Model) {
  const opset = opsetVersion(model) ?? 1;
  const [engine] = profileOf(target).engines.toSorted((a, b) => newestOf(b) - newestOf(a));
  if (!engine || opset <= newestOf(engine)) return undefined;
  const { name, version } = engine;
  const reason = `opset ${opset} is newer than ${name} ${version} runs, which is ${engine.opset}`;
  const hint = `export it in opset ${engine.opset} or lower`;
  const unsupported = model.graph.node.map((node) => {
    return { op: operatorName(node), node: node.name || node.output[0] || '', reason, rule, hint };
  });
  return {
    verdict: 'none' as const,
    nodes: { supported: 0, unsupported: unsupported.length, unknown: 0 },
    fallbackShare: null,
    partitions: 0,
    crossingBytes: 0,
    unsupported,
    unknown: [],
    reason,
  };
}

const newestOf = ({ opset = Number.POSITIVE_INFINITY }: { readonly opset?: number }): number =>
  opset;

/** Whether a verdict says that the target's runtime loads nothing of the model. */
export const isTooNew = (verdict: {
  readonly unsupported: readonly { readonly rule: string }[];
}): boolean => verdict.unsupported.some((finding) => finding.rule === rule);

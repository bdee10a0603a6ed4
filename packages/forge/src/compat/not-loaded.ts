import { profileOf } from '@selvedge/core/device';
import { type Model, type NodeVerdict, operatorName, opsetVersion } from '@selvedge/onnx';
import { supportList } from './support-list.ts';

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

/**
 * What a runtime lacks altogether: an operator that neither the accelerator nor the processor beside it
 * has heard of falls back to nothing, and the model is not loaded.
 *
 * @returns undefined where everything is known somewhere, or what the target's processor runs is not
 */
export function lackedBy(target: string, model: Model, nodes: readonly NodeVerdict[]) {
  const engine = profileOf(target).engines.find(({ name }) => name === 'onnxruntime');
  const known = engine && processorOperators();
  if (!known) return undefined;
  const own = new Set(model.functions.map(({ name }) => name));
  const lacked = nodes.find(
    ({ node, op, rule: decided }) =>
      decided === 'unlisted' && !known.has(op) && !own.has(node.opType),
  );
  if (!lacked) return undefined;
  const reason = `${engine.name} ${engine.version} has no operator ${lacked.op}: it loads nothing of the model`;
  return { verdict: 'none' as const, fallbackShare: null, partitions: 0, crossingBytes: 0, reason };
}

let operators: ReadonlySet<string> | undefined;

/** Names of all operators that ONNX Runtime's own kernels run. */
function processorOperators(): ReadonlySet<string> | undefined {
  operators ??= new Set(supportList('cpu')?.rules.map(({ op }) => op));
  return operators.size > 0 ? operators : undefined;
}

/** Whether a verdict says that the target's runtime loads nothing of the model. */
export const isNotLoaded = (verdict: {
  readonly verdict: string;
  readonly fallbackShare: number | null;
}): boolean => verdict.verdict === 'none' && verdict.fallbackShare === null;

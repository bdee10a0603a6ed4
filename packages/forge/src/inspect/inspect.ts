import { catalogue, chipOf, profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import type { TensorSpec } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import { type LoadedModel, loadModel } from '../build/source-model.ts';
import { countWorkload } from '../build/workload.ts';
import type { SourceModel } from '../report/index.ts';

/** What is known of a model on one processor of a target. */
export interface TargetVerdict {
  readonly target: string;
  readonly provider: string;
  /** Of the engine that the provider belongs to. */
  readonly version: string;
  /** `none` where the catalogue alone rules it out; `unknown` where only operator lists could say. */
  readonly verdict: 'full' | 'partial' | 'none' | 'unknown';
  readonly nodes: {
    readonly supported: number;
    readonly unsupported: number;
    readonly unknown: number;
  };
  /** Part of all MACs that would run on the CPU; null where it is not known. */
  readonly fallbackShare: number | null;
  readonly partitions: number | null;
  readonly unsupported: readonly {
    readonly op: string;
    readonly node: string;
    readonly reason: string;
    readonly rule: string;
  }[];
  /** Why, in a sentence. */
  readonly reason: string;
}

/** What a model is, and what is known of it on targets. */
export interface Inspection {
  readonly model: SourceModel & {
    readonly opset: number;
    readonly irVersion: number;
    readonly producer: string;
  };
  /** How many of each operator, most frequent first. */
  readonly ops: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** Multiply-accumulates of one inference, without what `workload.uncounted` names. */
  readonly macs: number;
  readonly workload: Workload;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  readonly targets: readonly TargetVerdict[];
}

/** A tensor, or (`shape` null) something else, its ONNX type in words. */
export interface InspectedValue {
  readonly name: string;
  readonly type: string;
  readonly shape: TensorSpec['shape'] | null;
}

/**
 * Reads a model and says what it is. Nothing is run.
 *
 * @param targets target ids; `all` means the whole catalogue
 * @throws SelvedgeError `not-found` (the file, a target), `bad-model`
 */
export async function inspect(path: string, targets: readonly string[] = []): Promise<Inspection> {
  const ids = targets.includes('all') ? catalogue.map(({ id }) => id) : targets;
  const chips = ids.map(chipOf);
  const source = await loadModel(path);
  const { facts } = source;
  const workload = await countWorkload(source, path);
  return {
    model: {
      file: source.file,
      digest: source.digest,
      bytes: source.fileBytes,
      nodes: facts.nodes,
      parameters: facts.parameters,
      opset: facts.opset,
      irVersion: facts.irVersion,
      producer: facts.producer,
    },
    ops: facts.ops,
    parameters: facts.parameters,
    macs: workload.macs,
    workload,
    inputs: valuesOf(source, 'inputs', 'input'),
    outputs: valuesOf(source, 'outputs', 'output'),
    targets: chips.flatMap(({ id }) => verdictsOf(id, facts.nodes, workload)),
  };
}

function valuesOf(
  { facts }: LoadedModel,
  side: 'inputs' | 'outputs',
  direction: 'input' | 'output',
): InspectedValue[] {
  const others = facts.others.filter((value) => value.direction === direction);
  return [...facts[side], ...others.map(({ name, type }) => ({ name, type, shape: null }))];
}

/**
 * One verdict for each processor of the target. The catalogue knows memory and precisions; which
 * operators a provider takes it does not, so that nothing here claims support.
 */
function verdictsOf(target: string, nodes: number, workload: Workload): TargetVerdict[] {
  const { units, memory, engines } = profileOf(target);
  const needed = workload.peakMemoryBytes;
  const overMemory =
    needed > memory.budgetBytes
      ? `needs ${formatBytes(needed)} of memory, the target has ${formatBytes(memory.budgetBytes)}`
      : undefined;
  return units.map(({ kind, provider, precisions }) => {
    const takes = precisions.includes('fp32');
    const cannot =
      overMemory ??
      (takes ? undefined : `its ${kind} does not run fp32: build ${precisions.join(' or ')}`);
    return {
      target,
      provider,
      version: engines[0]?.version ?? '',
      verdict: cannot ? 'none' : 'unknown',
      nodes: { supported: 0, unsupported: 0, unknown: nodes },
      fallbackShare: null,
      partitions: null,
      unsupported: [],
      reason: cannot ?? 'no operator list of this provider is known',
    };
  });
}

import { catalogue, chipOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import type { TensorSpec } from '@selvedge/core/schema';
import { type LoadedModel, loadModel } from '../build/source-model.ts';
import type { TargetVerdict } from '../compat/index.ts';
import { countByTrial } from '../observe/count-by-trial.ts';
import type { SourceModel } from '../report/index.ts';
import { judgeTargets } from './judge-targets.ts';

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
  /** Shapes of the inputs it is counted for, where a run had to be looked at for the sizes. */
  readonly tried?: Readonly<Record<string, readonly number[]>>;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  readonly targets: readonly TargetVerdict[];
}

/** A tensor; or (`shape` null) one of unknown rank, or something else with its ONNX type in words. */
export interface InspectedValue {
  readonly name: string;
  readonly type: string;
  readonly shape: TensorSpec['shape'] | null;
}

/**
 * Reads a model and says what it is. It is run, once and with inputs that it takes, only where its
 * graph does not tell what a run costs: free sizes that operators compute with, branches.
 *
 * @param targets target ids; `all` means the whole catalogue
 * @throws SelvedgeError `not-found` (the file, a target), `bad-model`
 */
export async function inspect(path: string, targets: readonly string[] = []): Promise<Inspection> {
  const ids = targets.includes('all') ? catalogue.map(({ id }) => id) : targets;
  const chips = ids.map(chipOf);
  const source = await loadModel(path);
  const { facts } = source;
  const { workload, tried } = await countByTrial(source, path);
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
    ...(tried && { tried }),
    inputs: valuesOf(source, 'inputs', 'input'),
    outputs: valuesOf(source, 'outputs', 'output'),
    targets: judgeTargets(
      source.model,
      workload,
      chips.map(({ id }) => id),
    ),
  };
}

function valuesOf(
  { facts }: LoadedModel,
  side: 'inputs' | 'outputs',
  direction: 'input' | 'output',
): InspectedValue[] {
  const others = facts.others.filter((value) => value.direction === direction);
  const tensors = facts[side].map((value) =>
    facts.unranked.includes(value.name) ? { ...value, shape: null } : value,
  );
  return [...tensors, ...others.map(({ name, type }) => ({ name, type, shape: null }))];
}

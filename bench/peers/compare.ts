import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from '../bench.ts';
import { median } from '../codec-peer.ts';
import type { Case } from './case.ts';
import { allCases } from './cases.ts';
import type { ConversionJob } from './conversion.ts';
import { type Conversion, type Converter, runConverter } from './converter.ts';
import { type Answer, answersOf, decibels, hits } from './judge.ts';
import { pythonPeer } from './python.ts';
import { bundleConverter } from './selvedge-bundle.ts';
import { type StagedCase, stageCase } from './stage-case.ts';
import {
  type Bounds,
  type Compared,
  describe,
  notMeasured,
  type Outcome,
  verdictOf,
} from './verdict.ts';

/** What is asked of both quantisers beside the model and its samples. */
export type Asked = Omit<ConversionJob, keyof StagedCase | 'output'>;

export interface CompareOptions extends Bounds {
  readonly asked: Asked;
  /** Conversions of each, of which the median counts. Default 5. */
  readonly rounds?: number;
}

/**
 * Gives the same models and samples to the forge and to onnxruntime.quantization, in turns, each
 * conversion in a process of its own, and judges what comes out on samples that neither has seen.
 */
export async function compareQuantisers(options: CompareOptions): Promise<BenchResult> {
  const peer = pythonPeer();
  if ('skipped' in peer) return notMeasured(peer.skipped);
  const directory = mkdtempSync(join(tmpdir(), 'selvedge-bench-'));
  // Beside node_modules: what is bundled still finds the engine's native code.
  const cache = fileURLToPath(new URL('../../node_modules/.cache/selvedge/', import.meta.url));
  const bundle = mkdtempSync(join(cache, 'bench-'));
  try {
    const converters = {
      own: {
        command: process.execPath,
        args: [...settings(options.asked.pass), await bundleConverter(bundle)],
        // The command keeps its compiled code as well; Python's packages come with theirs.
        env: { NODE_COMPILE_CACHE: bundle },
      },
      peer: {
        command: peer.python,
        args: [fileURLToPath(new URL('./onnxruntime_quantise.py', import.meta.url))],
      },
    };
    const outcomes: Outcome[] = [];
    for (const entry of allCases()) {
      const outcome = await compareCase(entry, join(directory, entry.name), converters, options);
      process.stdout.write(`  ${entry.name.padEnd(18)} ${describe(outcome)}\n`);
      outcomes.push(outcome);
    }
    return verdictOf(outcomes, options);
  } finally {
    for (const made of [directory, bundle]) rmSync(made, { recursive: true });
  }
}

/**
 * V8 as a process of half a second wants it. Young garbage may grow to 48 MB before it looks at it,
 * where Python counts references; threads that help it cost more than they do; and its middle
 * compiler takes 10 MB for what is seldom worth it, unless there is as much to compute as in static.
 */
const settings = (pass: ConversionJob['pass']): string[] => [
  '--max-semi-space-size=1',
  '--v8-pool-size=0',
  ...(pass === 'static' ? [] : ['--no-maglev']),
];

type Who = 'own' | 'peer';
type Converters = Readonly<Record<Who, Converter>>;

async function compareCase(
  entry: Case,
  directory: string,
  converters: Converters,
  { asked, rounds = 5 }: CompareOptions,
): Promise<Outcome> {
  const staged = await stageCase(entry, directory);
  const jobOf = (who: Who) => ({ ...asked, ...staged, output: join(directory, `${who}.onnx`) });
  const runs: Record<Who, Made[]> = { own: [], peer: [] };
  for (let round = 0; round < rounds; round++) {
    // The peer first: what it cannot convert is no comparison, and what only it can is a miss.
    for (const who of ['peer', 'own'] as const) {
      const run = await runConverter(converters[who], jobOf(who));
      if ('failed' in run)
        return who === 'own' ? { failed: run.failed } : { leftOut: `the peer: ${run.failed}` };
      runs[who].push(run);
      if (who === 'own' || round > 0) continue;
      const reason = await whyNotCompared(entry, staged, jobOf('peer').output);
      if (reason !== undefined) return { leftOut: reason };
    }
  }
  const middle = (who: Who, figure: 'wallMs' | 'workMs' | 'peakKiB') =>
    median(runs[who].map((run) => run[figure]));
  const ratio = (figure: 'wallMs' | 'workMs' | 'peakKiB') =>
    middle('own', figure) / middle('peer', figure);
  const size = (who: Who) => readFileSync(jobOf(who).output).length;
  return {
    isShare: entry.labels !== undefined,
    accuracy: await accuracyOf(entry, staged, jobOf('own').output, jobOf('peer').output),
    bytes: size('own') / size('peer'),
    wall: ratio('wallMs'),
    work: ratio('workMs'),
    memory: ratio('peakKiB'),
    peerMiB: middle('peer', 'peakKiB') / 1024,
  };
}

type Made = Exclude<Conversion, { failed: string }>;

async function whyNotCompared(
  entry: Case,
  { model, shapes }: StagedCase,
  output: string,
): Promise<string | undefined> {
  const samples = await entry.heldOut();
  const reference = await answersOf(readFileSync(model), samples, shapes);
  const peer = await answersOf(readFileSync(output), samples, shapes).catch(
    (caught: Error) => caught.message,
  );
  if (typeof peer === 'string') return `what the peer made does not load: ${peer.slice(0, 120)}`;
  return isSame(reference, peer) ? 'the peer changed nothing that is computed' : undefined;
}

async function accuracyOf(
  entry: Case,
  { model, shapes }: StagedCase,
  ...outputs: [own: string, peer: string]
): Promise<Compared['accuracy']> {
  const samples = await entry.heldOut();
  const answer = (file: string) => answersOf(readFileSync(file), samples, shapes);
  const reference = await answer(model);
  const judged = async (file: string) => {
    const answers = await answer(file);
    return entry.labels ? hits(answers, entry.labels()) : decibels(reference, answers);
  };
  return paired(await judged(outputs[0]), await judged(outputs[1]));
}

const isSame = (reference: readonly Answer[], answers: readonly Answer[]): boolean =>
  decibels(reference, answers).every((value) => value === 120);

/** Means of both, and how far their difference may be off: 1.96 standard errors of the pairs. */
function paired(own: readonly number[], peer: readonly number[]): Compared['accuracy'] {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = own.map((value, at) => value - peer[at]!);
  const middle = mean(differences);
  const variance = mean(differences.map((value) => (value - middle) ** 2));
  return {
    own: mean(own),
    peer: mean(peer),
    margin: 1.96 * Math.sqrt(variance / own.length),
  };
}

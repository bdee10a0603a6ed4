import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from '../bench.ts';
import { median } from '../codec-peer.ts';
import { allCases, type Case } from './cases.ts';
import type { ConversionJob } from './conversion.ts';
import { type Conversion, type Converter, runConverter } from './converter.ts';
import { type Answer, answersOf, decibels, hits } from './judge.ts';
import { pythonPeer } from './python.ts';
import { bundleConverter } from './selvedge-bundle.ts';
import { type StagedCase, stageCase } from './stage-case.ts';

/** What is asked of both quantisers beside the model and its samples. */
export type Asked = Omit<ConversionJob, keyof StagedCase | 'output'>;

export interface CompareOptions {
  readonly asked: Asked;
  /** Conversions of each, of which the median counts. Default 5. */
  readonly rounds?: number;
  /**
   * Memory has to be less where the peer takes so many MiB or more; what both runtimes take before
   * any work is another question. Default 0.
   */
  readonly memoryFromMiB?: number;
}

/** How one model went: ratios are ours divided by the peer's. */
export interface Compared {
  readonly name: string;
  /** Mean over the samples held out: right answers, or dB; and the half width of its 95% interval. */
  readonly accuracy: { readonly own: number; readonly peer: number; readonly margin: number };
  readonly isShare: boolean;
  readonly bytes: number;
  readonly wall: number;
  readonly work: number;
  readonly memory: number;
  readonly peerMiB: number;
}

/**
 * Gives the same models and samples to the forge and to onnxruntime.quantization, in turns, each
 * conversion in a process of its own, and judges what comes out on samples that neither has seen.
 */
export async function compareQuantisers(options: CompareOptions): Promise<BenchResult> {
  const peer = pythonPeer();
  if ('skipped' in peer) return skippedResult(peer.skipped);
  const directory = mkdtempSync(join(tmpdir(), 'selvedge-bench-'));
  // Beside node_modules: what is bundled still finds the engine's native code.
  const cache = fileURLToPath(new URL('../../node_modules/.cache/selvedge/', import.meta.url));
  const bundle = mkdtempSync(join(cache, 'bench-'));
  try {
    const converters = {
      own: {
        command: process.execPath,
        // V8 lets young garbage grow to 48 MB before it looks at it; Python counts references.
        args: ['--max-semi-space-size=1', await bundleConverter(bundle)],
      },
      peer: {
        command: peer.python,
        args: [fileURLToPath(new URL('./onnxruntime_quantise.py', import.meta.url))],
      },
    };
    const compared: Compared[] = [];
    for (const entry of allCases()) {
      const outcome = await compareCase(entry, join(directory, entry.name), converters, options);
      process.stdout.write(`  ${entry.name.padEnd(18)} ${describe(outcome)}\n`);
      if (typeof outcome !== 'string') compared.push(outcome);
    }
    return summarise(compared, options);
  } finally {
    for (const made of [directory, bundle]) rmSync(made, { recursive: true });
  }
}

type Converters = { readonly own: Converter; readonly peer: Converter };

async function compareCase(
  entry: Case,
  directory: string,
  converters: Converters,
  { asked, rounds = 5 }: CompareOptions,
): Promise<Compared | string> {
  const staged = await stageCase(entry, directory);
  const jobs = {
    own: { ...asked, ...staged, output: join(directory, 'own.onnx') },
    peer: { ...asked, ...staged, output: join(directory, 'peer.onnx') },
  };
  const runs: { own: Conversion[]; peer: Conversion[] } = { own: [], peer: [] };
  for (let round = 0; round < rounds; round++) {
    for (const who of ['own', 'peer'] as const) {
      const run = await runConverter(converters[who], jobs[who]);
      if ('failed' in run) return `${who === 'own' ? 'the forge' : 'the peer'}: ${run.failed}`;
      runs[who].push(run);
    }
  }
  const middle = (who: 'own' | 'peer', figure: 'wallMs' | 'workMs' | 'peakKiB') =>
    median(runs[who].map((run) => ('failed' in run ? Number.NaN : run[figure])));
  const ratio = (figure: 'wallMs' | 'workMs' | 'peakKiB') =>
    middle('own', figure) / middle('peer', figure);
  const samples = await entry.heldOut();
  const answer = (file: string) => answersOf(readFileSync(file), samples, staged.shapes);
  const reference = await answer(staged.model);
  const own = await answer(jobs.own.output);
  const peer = await answer(jobs.peer.output).catch((caught: Error) => caught.message);
  if (typeof peer === 'string') return `what the peer made does not load: ${peer.slice(0, 120)}`;
  if (isSame(reference, peer)) return 'the peer changed nothing that is computed';
  return {
    name: entry.name,
    isShare: entry.labels !== undefined,
    accuracy: paired(
      entry.labels ? hits(own, entry.labels()) : decibels(reference, own),
      entry.labels ? hits(peer, entry.labels()) : decibels(reference, peer),
    ),
    bytes: readFileSync(jobs.own.output).length / readFileSync(jobs.peer.output).length,
    wall: ratio('wallMs'),
    work: ratio('workMs'),
    memory: ratio('peakKiB'),
    peerMiB: middle('peer', 'peakKiB') / 1024,
  };
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

/**
 * Signal to noise has to be at least equal, but for the last bits of two orders of adding (fp16 of
 * the same nodes differs by thousandths of a dB); a share of right answers, as far as pairs can tell.
 */
const isAccurate = ({ accuracy: { own, peer, margin }, isShare }: Compared): boolean =>
  own - peer >= (isShare ? -margin : -0.01);

function describe(outcome: Compared | string): string {
  if (typeof outcome === 'string') return `not compared: ${outcome}`;
  const { accuracy, isShare, bytes, wall, work, memory } = outcome;
  const show = (value: number) => (isShare ? value.toFixed(4) : `${value.toFixed(1)} dB`);
  const ratios = Object.entries({ bytes, wall, work, memory })
    .map(([name, value]) => `${name} ×${value.toFixed(2)}`)
    .join(', ');
  return `${isAccurate(outcome) ? '' : 'LESS ACCURATE '}${show(accuracy.own)} (peer ${show(accuracy.peer)}), ${ratios}`;
}

function summarise(
  compared: readonly Compared[],
  { memoryFromMiB = 0 }: CompareOptions,
): BenchResult {
  if (compared.length === 0)
    return { figures: {}, ratio: 0, ok: false, note: 'no model could be compared' };
  const worst = (figure: 'bytes' | 'wall' | 'work' | 'memory') =>
    compared.reduce((most, entry) => Math.max(most, entry[figure]), 0);
  const middle = (figure: 'bytes' | 'wall' | 'memory') =>
    median(compared.map((entry) => entry[figure]));
  const decibelsMore = compared
    .filter(({ isShare }) => !isShare)
    .map(({ accuracy }) => accuracy.own - accuracy.peer);
  const heavy = compared.filter(({ peerMiB }) => peerMiB >= memoryFromMiB);
  const figures = {
    models: compared.length,
    lessAccurate: compared.filter((entry) => !isAccurate(entry)).length,
    ...(decibelsMore.length > 0 && {
      medianDecibelsMore: median(decibelsMore),
      leastDecibelsMore: Math.min(...decibelsMore),
    }),
    medianBytesOfPeer: middle('bytes'),
    largestBytesOfPeer: worst('bytes'),
    medianWallOfPeer: middle('wall'),
    largestWallOfPeer: worst('wall'),
    medianMemoryOfPeer: middle('memory'),
    largestMemoryOfPeer: worst('memory'),
    ...(memoryFromMiB > 0 && {
      [`largestMemoryOfPeerFrom${memoryFromMiB}MiB`]: Math.max(
        ...heavy.map(({ memory }) => memory),
      ),
    }),
  };
  const misses = [
    figures.lessAccurate > 0 && 'accuracy',
    figures.largestBytesOfPeer > 1.02 && 'size',
    figures.largestWallOfPeer >= 1 && 'time',
    heavy.some(({ memory }) => memory >= 1) && 'memory',
  ].filter((miss) => miss !== false);
  return {
    figures,
    ratio: 1 / figures.medianWallOfPeer,
    ok: misses.length === 0,
    note:
      `the ratio is the peer's whole process over the forge's, the median of ${compared.length} models; ` +
      (misses.length === 0
        ? 'accuracy, size, time and memory hold'
        : `missed on some model: ${misses.join(', ')}`),
  };
}

const skippedResult = (reason: string): BenchResult => ({
  figures: {},
  ratio: 1,
  ok: true,
  note: `skipped: ${reason}`,
});

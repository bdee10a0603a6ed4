import { chipOf } from '@selvedge/core/device';
import { fail } from '@selvedge/core/errors';
import { formatBytes } from '@selvedge/core/units';
import { type Emulation, emulate as emulateModel } from '@selvedge/engines/emulated';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import {
  engineModel,
  findInputs,
  formatShare,
  loadModel,
  rethrowLoading,
  verdictOn,
} from '@selvedge/forge';
import { readDataset } from '@selvedge/forge/dataset';
import type { Session, Tensors } from '@selvedge/infer/engine';
import type { CommandModule } from '../command.ts';
import { rethrowMisfit } from '../emulate/rethrow-misfit.ts';
import type { Io } from '../io.ts';
import { provenanceDot, provenanceLegend } from '../provenance.ts';
import { formatTable, wrapped } from '../table.ts';

interface Flags {
  target: string;
  runs: string;
  input?: string;
}

/** `selvedge emulate MODEL --target ID` */
export const emulate: CommandModule = (program, run) => {
  program
    .command('emulate')
    .argument('<model>', 'an .onnx file')
    .description('predicts what a model does on a target: time, memory, energy, layer by layer')
    .requiredOption('--target <id>', 'a target of selvedge targets (required)')
    .option('--runs <n>', 'how often to run it here, for its answers and shapes', '10')
    .option('--input <dir>', 'a data set; random inputs otherwise')
    .addHelpText('after', '\nExample:\n  selvedge emulate mnist-8.onnx --target midrange-2021')
    .action(
      run(async (io, file: string, flags: Flags) => {
        const runs = parseRuns(flags.runs);
        chipOf(flags.target);
        const loaded = await loadModel(file);
        const inner = createOrtEngine();
        const source = inputSource(file, flags.input);
        try {
          const model = engineModel(loaded, file);
          const emulation = await emulateModel({
            inner,
            model,
            target: flags.target,
            partition: (graph, unit, shapes) =>
              verdictOn(flags.target, unit, graph, { shapes }).partitioning,
            runs,
            inputs: source.inputs,
          })
            .catch((caught: unknown) => rethrowLoading(caught, loaded, inner))
            .catch((caught: unknown) => rethrowMisfit(caught, file, flags.target));
          io.result(emulation);
          print(io, file, emulation);
        } finally {
          await source.close();
          await inner.close();
        }
      }),
    );
};

function parseRuns(text: string): number {
  const runs = Number(text);
  if (Number.isSafeInteger(runs) && runs > 0) return runs;
  return fail('usage', `--runs is "${text}"`, { hint: 'give a whole number, 1 or more' });
}

/** A data set's samples in turn, or random inputs that the model takes. */
function inputSource(file: string, path: string | undefined) {
  let close = async (): Promise<void> => {};
  let next: ((run: number) => Promise<Tensors>) | undefined;
  const open = async (session: Session) => {
    if (path === undefined) {
      const found = await findInputs(session, 1);
      if ('refused' in found) {
        return fail('bad-input', `${file}: it runs on no random inputs: ${found.refused}`, {
          hint: 'give a data set with --input',
        });
      }
      return async () => found.inputs;
    }
    const dataset = await readDataset(path, session.inputs);
    close = () => dataset.close();
    return async (run: number) => ({
      ...dataset.sequence?.initial,
      ...(await dataset.sample(run % dataset.samples)),
    });
  };
  return {
    inputs: async (session: Session, run: number): Promise<Tensors> => {
      next ??= await open(session);
      return next(run);
    },
    close: () => close(),
  };
}

const right = (head: string) => ({ head, align: 'right' as const });
const shownLayers = 12;

function print(io: Io, file: string, emulation: Emulation): void {
  const { target, unit, precision, latencyMs, bound, energyMj, uncounted, here } = emulation;
  const { p50, low, high } = latencyMs;
  const say = (text: string) =>
    io.print(wrapped(text, io.columns ?? Number.POSITIVE_INFINITY).join('\n'));
  const dot = provenanceDot(emulation.provenance);
  say(
    `${file} on ${target}, ${unit}, ${precision}: ${ms(p50)} ${dot} (${ms(low)} to ${ms(high)}), bound by ${bound}`,
  );
  for (const line of whyOnCpu(emulation)) say(line);
  say(trust(emulation));
  if (emulation.sustainedMs > p50) {
    say(`once warm: ${ms(emulation.sustainedMs)} ○, what its cooling sheds for ever`);
  }
  say(`memory at most ${formatBytes(emulation.peakMemoryBytes)} ○`);
  say(
    energyMj === null
      ? 'energy unknown: the catalogue has no power for that unit'
      : `energy ${Number(energyMj.toPrecision(3))} mJ ○`,
  );
  say(`here, with ${here.engine}: ${ms(here.p50Ms)} ●`);
  printPartitions(io, emulation);
  if (uncounted.length > 0) {
    io.warn(`not counted, so that the figures are lower bounds: ${uncounted.join(', ')}`);
  }
  printLayers(io, emulation);
  io.print(`\n${provenanceLegend}`);
}

/** An estimate for the CPU is not to be taken for one of the accelerator. */
function whyOnCpu(emulation: Emulation): string[] {
  const { target, unit, precision } = emulation;
  const [fastest] = chipOf(target).units;
  if (unit !== 'cpu' || fastest === undefined || fastest.kind === 'cpu') return [];
  const { kind, provider, tops } = fastest;
  const name = kind === provider ? kind : `${kind} (${provider})`;
  if (Object.hasOwn(tops, precision)) return [whyNotThere(emulation, name)];
  return [
    `this is its CPU: its ${name} computes in ${Object.keys(tops).join(' and ')}, the model in ${precision}`,
  ];
}

/** It computes in the precision: its runtime takes no operator, or nothing is known of what it takes. */
const whyNotThere = ({ target, partitions }: Emulation, name: string): string =>
  partitions.length > 0
    ? `this is its CPU: the runtime of its ${name} takes nothing of the model (selvedge inspect --target ${target} says why)`
    : `this is its CPU, which takes less of the device than its ${name} would`;

/** What the interval holds, and what error was found. */
function trust({ validation, unit }: Emulation): string {
  if (validation === null) {
    const from = unit.startsWith('cpu')
      ? 'seven models needed on one server processor (docs/latency-processors.md)'
      : "the catalogue's figures needed on three NPUs";
    return `no latency of its ${unit} is published: the interval is what ${from}`;
  }
  const error = (100 * validation.medianError).toFixed(0);
  return `the interval holds nine in ten networks that the calibration had not seen; the middle one was off by ${error}%`;
}

function printPartitions(io: Io, { unit, fallbackShare, partitions, crossingMs }: Emulation): void {
  if (fallbackShare === null) {
    io.print(`what ${unit} leaves to the CPU is not known`);
    return;
  }
  // Where it all runs on the CPU, the first line says so.
  if (partitions.length === 0 || unit.startsWith('cpu')) return;
  const share = `${formatShare(fallbackShare)} of the arithmetic on the CPU ○`;
  if (partitions.length === 1) {
    io.print(`${share}: one part`);
    return;
  }
  io.print(`${share}, ${partitions.length} parts, ${ms(crossingMs)} to hand over between them`);
  const rows = partitions
    .slice(0, shownLayers)
    .map(({ on, nodes, macs, ms: time, bytesIn }) => [
      on === 'cpu' ? 'cpu' : unit,
      String(nodes),
      macs.toLocaleString('en-US'),
      formatBytes(bytesIn),
      ms(time),
    ]);
  const heads = ['part on', right('operators'), right('MACs'), right('handed in'), right('time ○')];
  io.print(`\n${formatTable(heads, rows, io)}`);
  const more = partitions.length - shownLayers;
  if (more > 0) io.print(`… and ${more} more, all with --json`);
}

function printLayers(io: Io, { layers }: Emulation): void {
  const longest = [...layers].sort((a, b) => b.ms - a.ms).slice(0, shownLayers);
  const rows = longest.map((layer) => [
    shortened(layer.node),
    layer.op,
    layer.macs.toLocaleString('en-US'),
    ms(layer.ms),
    formatShare(layer.share),
    layer.counted ? layer.bound : 'not counted',
    layer.on ?? '',
  ]);
  const heads = [
    'layer',
    'operator',
    right('MACs'),
    right('time ○'),
    right('share'),
    'bound by',
    'on',
  ];
  io.print(`\n${formatTable(heads, rows, io)}`);
  if (layers.length > shownLayers) {
    io.print(`… and ${layers.length - shownLayers} more, all with --json`);
  }
}

/** Exporters join the names of what they fused: both ends tell most. */
const shortened = (name: string): string =>
  name.length <= 48 ? name : `${name.slice(0, 23)}…${name.slice(-24)}`;

const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`;

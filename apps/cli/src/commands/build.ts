import { catalogue } from '@selvedge/core/device';
import { fail } from '@selvedge/core/errors';
import { type BuildReport, build as buildVariants } from '@selvedge/forge';
import { Option } from 'commander';
import { userBuildCache } from '../build-cache.ts';
import { buildProgress } from '../build-progress.ts';
import { buildSummary } from '../build-summary.ts';
import type { CommandModule } from '../command.ts';
import { interruption } from '../interruption.ts';
import type { Io } from '../io.ts';
import { machineDirectory } from '../machine-directory.ts';
import { refuseDirectory } from '../refuse-directory.ts';
import { sourceDate } from '../source-date.ts';

interface Flags {
  out: string;
  precision?: string;
  compression?: string;
  calibration?: string;
  eval?: string;
  metric?: string;
  maxDrop?: string;
  target: string[];
  fix?: true;
  cache: boolean;
}

/** `selvedge build MODEL|BLUEPRINT --out DIR` */
export const build: CommandModule = (program, run) => {
  program
    .command('build')
    .argument('<model|blueprint>', 'an .onnx file or a selvedge.yaml')
    .description('makes variants of a model, measures them, and says which hold their bar')
    .requiredOption('--out <dir>', 'the build directory')
    .option(
      '--precision <list>',
      'fp32,fp16,int8,int8-dynamic,int4,mixed or all (the default for a bare model)',
    )
    .option(
      '--compression <list>',
      'prune,cluster: tried on the weights beside the precisions, kept where it pays (with --eval)',
    )
    .option('--calibration <dir>', 'samples for what needs to know activations: int8, mixed, int4')
    .option('--eval <dir>', 'the evaluation set: a data set directory or an .npz')
    .option(
      '--metric <name>',
      'top1, agreement, snr, or FILE.mjs whose default export scores an answer from 0 to 1',
    )
    .option(
      '--max-drop <fraction>',
      'most a variant may lose to fp32, e.g. 0.01; for snr the share of signal power',
    )
    .addOption(
      new Option('--target <id>', 'a target of the catalogue to estimate for, or all; repeatable')
        .argParser((id: string, all: string[]) => [...all, id])
        .default([], 'any'),
    )
    .option('--fix', 'change the model, its answers kept, so that the targets run more of it')
    .option('--no-cache', 'make and measure everything anew')
    .addHelpText(
      'after',
      '\nExample:\n  selvedge build mnist-8.onnx --eval mnist --precision fp32,int8-dynamic --max-drop 0.01 --out build',
    )
    .action(run(runBuild));
};

async function runBuild(io: Io, input: string, flags: Flags): Promise<number> {
  refuseDirectory('build', input);
  const cache = flags.cache ? userBuildCache(process.env) : undefined;
  const { report, ok } = await buildVariants(input, {
    out: flags.out,
    precisions: flags.precision === undefined ? undefined : listOf('precision', flags.precision),
    compression:
      flags.compression === undefined ? undefined : listOf('compression', flags.compression),
    calibration: flags.calibration,
    evaluation: flags.eval,
    metric: flags.metric,
    maxDrop: flags.maxDrop === undefined ? undefined : numberOf(flags.maxDrop),
    targets: targetsOf(flags.target),
    fix: flags.fix,
    cache,
    machine: machineDirectory(process.env),
    sourceDate: sourceDate(process.env),
    onProgress: buildProgress(io),
    signal: interruption(io),
  });
  if (cache?.problem) io.warn(cache.problem);
  io.result(report);
  io.print(buildSummary(report, flags.out, io));
  const nothing = whyNothing(report);
  if (nothing) io.warn(`selvedge: ${input}: nothing was built: ${nothing}`);
  return ok ? 0 : 1;
}

const targetsOf = (asked: readonly string[]): string[] | undefined =>
  asked.length === 0
    ? undefined
    : [...new Set(asked.flatMap((id) => (id === 'all' ? catalogue.map((chip) => chip.id) : [id])))];

/** The first variant's reason, where there is no variant. */
const whyNothing = ({ variants }: BuildReport): string | undefined =>
  variants.every(({ status }) => status === 'skipped') ? variants[0]?.reason : undefined;

function listOf(flag: string, text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  const repeated = items.find((item, at) => items.indexOf(item) !== at);
  if (items.includes('') || repeated !== undefined) {
    fail(
      'usage',
      `--${flag} ${text} ${repeated ? `names ${repeated} twice` : 'has an empty name'}`,
      {
        hint: `expected a list such as ${flag === 'precision' ? 'fp32,fp16,int8-dynamic' : 'prune,cluster'}`,
      },
    );
  }
  return items;
}

function numberOf(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  return fail('usage', `--max-drop ${text} is not a number`, {
    hint: 'expected a fraction such as 0.01',
  });
}

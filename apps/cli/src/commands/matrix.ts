import {
  answerOf,
  estimateInWords,
  type Matrix,
  makeMatrix,
  statusMarks,
  verdictInWords,
} from '@selvedge/forge';
import { userBuildCache } from '../build-cache.ts';
import { buildProgress } from '../build-progress.ts';
import type { CommandModule } from '../command.ts';
import { interruption } from '../interruption.ts';
import type { Io } from '../io.ts';
import { machineDirectory } from '../machine-directory.ts';
import { provenanceDot } from '../provenance.ts';
import { formatTable } from '../table.ts';

interface Flags {
  out: string;
  target: string[];
  cache: boolean;
}

/** `selvedge matrix MODEL|BLUEPRINT --out DIR [--target ID|all]...` */
export const matrix: CommandModule = (program, run) => {
  program
    .command('matrix')
    .argument('<model|blueprint>', 'an .onnx file, a selvedge.yaml, or a build directory')
    .description('says which variant holds what is asked on which target, and why not')
    .requiredOption('--out <dir>', 'where matrix.json, .md, .html, .junit.xml and .sarif go')
    .option(
      '--target <id>',
      "a target of the catalogue, or all; repeatable (default: the blueprint's, else all)",
      (id: string, ids: string[]) => [...ids, id],
      [] as string[],
    )
    .option('--no-cache', 'build a blueprint anew')
    .addHelpText('after', '\nExample:\n  selvedge matrix selvedge.yaml --target all --out build')
    .action(run(runMatrix));
};

async function runMatrix(io: Io, input: string, flags: Flags): Promise<number> {
  const cache = flags.cache ? userBuildCache(process.env) : undefined;
  const found = await makeMatrix(input, {
    out: flags.out,
    targets: flags.target.length > 0 ? flags.target : undefined,
    cache,
    machine: machineDirectory(process.env),
    onProgress: buildProgress(io),
    signal: interruption(io),
  });
  if (cache?.problem) io.warn(cache.problem);
  io.result(found);
  io.print(summary(found, flags.out));
  return found.ok ? 0 : 1;
}

function summary(found: Matrix, out: string): string {
  const rows = found.cells.map((cell) => [
    cell.target,
    cell.required ? 'required' : '',
    cell.variant,
    `${statusMarks[cell.status]} ${cell.status}`,
    verdictInWords(cell),
    estimateInWords(cell),
    cell.estimate ? `${provenanceDot(cell.estimate.provenance)} ${cell.estimate.unit}` : '',
    cell.findings.find(({ effect }) => effect !== 'note')?.message ?? '',
  ]);
  const head = ['target', '', 'variant', 'status', 'runs there', 'expected (90%)', 'on', 'why'];
  const missed = found.requirements.filter(({ ok }) => !ok);
  return [
    answerOf(found),
    ...missed.map(({ target, tier, reason }) => `✕ ${target ?? `${tier} tier`}: ${reason}`),
    '',
    formatTable(head, rows),
    '',
    `${out}/matrix.html`,
  ].join('\n');
}

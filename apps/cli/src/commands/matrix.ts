import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeMatrix } from '@selvedge/forge';
import { userBuildCache } from '../build-cache.ts';
import { buildProgress } from '../build-progress.ts';
import type { CommandModule } from '../command.ts';
import { interruption } from '../interruption.ts';
import type { Io } from '../io.ts';
import { machineDirectory } from '../machine-directory.ts';
import { matrixSummary } from '../matrix/matrix-summary.ts';
import { refuseDirectory } from '../refuse-directory.ts';
import { sourceDate } from '../source-date.ts';

interface Flags {
  out: string;
  target?: string[];
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
      (id: string, ids: string[] = []) => [...ids, id],
    )
    .option('--no-cache', 'build a blueprint anew')
    .addHelpText('after', '\nExample:\n  selvedge matrix selvedge.yaml --target all --out build')
    .action(run(runMatrix));
};

async function runMatrix(io: Io, input: string, flags: Flags): Promise<number> {
  if (!existsSync(join(input, 'report.json'))) refuseDirectory('matrix', input);
  const cache = flags.cache ? userBuildCache(process.env) : undefined;
  const found = await makeMatrix(input, {
    out: flags.out,
    targets: flags.target,
    cache,
    machine: machineDirectory(process.env),
    sourceDate: sourceDate(process.env),
    onProgress: buildProgress(io),
    signal: interruption(io),
  });
  if (cache?.problem) io.warn(cache.problem);
  io.result(found);
  io.print(matrixSummary(found, flags.out, io));
  return found.ok ? 0 : 1;
}

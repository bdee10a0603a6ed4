import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { catalogue, chipOf } from '@selvedge/core/device';
import { apiVersion, type Tier } from '@selvedge/core/schema';
import { type BuildOptions, build } from '../build/build.ts';
import { throwIfAborted } from '../build/inputs/index.ts';
import { isBlueprint, planBuild } from '../build/plan.ts';
import { assessor, targetOf } from './assess.ts';
import { type LineOf, linesOfBlueprint } from './blueprint-lines.ts';
import { judgeCell, skippedCell } from './judge-cell.ts';
import { type Limits, limitsOf, noLimits } from './limits.ts';
import type { Matrix, MatrixCell } from './matrix-document.ts';
import { refuseForeignFiles } from './refuse-foreign-files.ts';
import { requirementsOf } from './requirements.ts';
import { readBuildReport, type Subjects, subjectsOfBuild, subjectsOfModel } from './subjects.ts';
import { writeMatrix } from './write-matrix.ts';

export interface MatrixOptions
  extends Pick<
    BuildOptions,
    'out' | 'cache' | 'machine' | 'sourceDate' | 'onProgress' | 'signal' | 'engine' | 'latency'
  > {
  /** Target ids, `all` for the catalogue. Default: what the blueprint names, else all. */
  readonly targets?: readonly string[] | undefined;
}

/**
 * Judges every variant on every target and writes the matrix into `out`, in five forms.
 *
 * A blueprint is built into `out` first, or taken from the build cache; its targets, bars and
 * budgets are what the matrix is held to. A build directory is judged as it stands. Of a bare model
 * the matrix says what it is as it came, and what the variants are that an earlier build of it left
 * in `out`.
 *
 * @throws SelvedgeError `not-found` (the file, a target), `bad-input` where `out` holds somebody else's
 * files under the names of the matrix's, `cancelled`, and what reading and building throws
 */
export async function makeMatrix(input: string, options: MatrixOptions): Promise<Matrix> {
  for (const id of options.targets ?? []) if (id !== 'all') chipOf(id);
  await refuseForeignFiles(options.out);
  const { limits, lineOf, ...found } = await gather(input, options);
  const named = [...new Set([...limits.values()].flatMap(({ targets }) => targets))];
  const targets = targetsOf(options.targets, named);
  const cells: MatrixCell[] = [];
  for (const subject of found.subjects) {
    cells.push(...(await cellsOf(subject, targets, limits, options)));
  }
  const variants = found.subjects.map(({ variant }) => variant);
  const requirements = requirementsOf(limits, variants, cells);
  const matrix: Matrix = {
    apiVersion,
    kind: 'Matrix',
    source: input,
    family: found.family,
    version: found.version,
    model: found.model,
    targets: targets.map(targetOf),
    variants,
    cells,
    requirements,
    ok: requirements.every(({ ok }) => ok),
    toolchain: found.toolchain,
  };
  await writeMatrix(options.out, matrix, lineOf);
  return matrix;
}

async function gather(
  input: string,
  { out, targets: _, ...options }: MatrixOptions,
): Promise<Subjects & { limits: ReadonlyMap<Tier, Limits>; lineOf?: LineOf }> {
  if (isBlueprint(input)) {
    const plan = await planBuild(input, {});
    const lineOf = linesOfBlueprint(await readFile(input, 'utf8'));
    const { report } = await build(input, { ...options, out });
    return { ...subjectsOfBuild(out, report), limits: limitsOf(plan), lineOf };
  }
  const none = new Map<Tier, Limits>();
  if (await isBuildDirectory(input))
    return { ...subjectsOfBuild(input, await readBuildReport(input)), limits: none };
  return { ...(await subjectsOfModel(input, out, version)), limits: none };
}

/** Version of this package, as every package of the repository carries it. */
const version = '0.1.0';

const isBuildDirectory = (path: string): Promise<boolean> =>
  stat(join(path, 'report.json')).then(
    (found) => found.isFile(),
    () => false,
  );

/** What the blueprint requires is always judged; what else was asked for stands behind it. */
function targetsOf(asked: readonly string[] | undefined, named: readonly string[]): string[] {
  const all = catalogue.map(({ id }) => id);
  const wanted = asked ?? (named.length > 0 ? [] : ['all']);
  return [...new Set([...named, ...wanted.flatMap((id) => (id === 'all' ? all : [id]))])];
}

async function cellsOf(
  { variant, load }: Subjects['subjects'][number],
  targets: readonly string[],
  limitsByTier: ReadonlyMap<Tier, Limits>,
  { onProgress, signal }: Pick<MatrixOptions, 'onProgress' | 'signal'>,
): Promise<MatrixCell[]> {
  const limits = limitsByTier.get(variant.tier) ?? noLimits;
  if (!load) return targets.map((target) => skippedCell(variant, target, limits));
  const { model, workload } = await load();
  throwIfAborted(signal, 'the matrix');
  const assess = assessor(model, variant.precision, workload);
  const { tier, id: what } = variant;
  const isLong = model.graph.node.length >= longGraph;
  const start = performance.now();
  const cells: MatrixCell[] = [];
  for (const [done, target] of targets.entries()) {
    // Somebody who asks to stop is heard between two targets.
    await setImmediate();
    throwIfAborted(signal, 'the matrix');
    cells.push(
      judgeCell(variant, target, assess.on(target), limits, assess.workload.peakMemoryBytes),
    );
    const total = targets.length;
    const remainingMs = ((performance.now() - start) / (done + 1)) * (total - done - 1);
    if (isLong) onProgress?.({ stage: 'judge', tier, what, done: done + 1, total, remainingMs });
  }
  return cells;
}

/** Nodes from which on a variant's targets take long enough to be told of. */
const longGraph = 2_000;

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Workload } from '@selvedge/core/release';
import { parseDocument } from '@selvedge/core/schema';
import type { Model } from '@selvedge/onnx';
import { slugOf } from '../build/plan.ts';
import { loadModel } from '../build/source-model.ts';
import { storedPrecision } from '../inspect/stored-precision.ts';
import { countByTrial } from '../observe/count-by-trial.ts';
import { BuildReport, type BuiltVariant } from '../report/index.ts';
import type { Matrix, MatrixVariant } from './matrix-document.ts';

/** A variant to judge; its model is read when its turn has come. */
export interface Subject {
  readonly variant: MatrixVariant;
  /** Null where it was not made. */
  readonly load: (() => Promise<{ model: Model; workload: Workload | null }>) | null;
}

export interface Subjects extends Pick<Matrix, 'family' | 'version' | 'model' | 'toolchain'> {
  readonly subjects: readonly Subject[];
}

/** The variants of a build directory. */
export function subjectsOfBuild(dir: string, report: BuildReport): Subjects {
  const { family, version, model, toolchain, variants } = report;
  const { file, digest, bytes } = model;
  return {
    family,
    version,
    model: { file: basename(file), digest, bytes },
    toolchain: { selvedge: toolchain.selvedge },
    subjects: variants.map((built) => subjectOf(dir, built)),
  };
}

function subjectOf(dir: string, built: BuiltVariant): Subject {
  const { id, tier, precision, bytes, digest, quality, workload, file } = built;
  // A budget may hold on one target and not on another: it is judged there.
  const { status, reason } = built.bar ?? built;
  return {
    variant: { id, tier, precision, bytes, digest, status, reason, quality },
    load:
      file === null
        ? null
        : async () => ({ model: (await loadModel(join(dir, file))).model, workload }),
  };
}

/**
 * A model as it is, before the variants of a build of it that stands in `out`, if one does.
 *
 * @throws SelvedgeError `not-found`, `bad-model`
 */
export async function subjectsOfModel(path: string, out: string, tool: string): Promise<Subjects> {
  const source = await loadModel(path);
  const { digest, fileBytes, model } = source;
  const variant: MatrixVariant = {
    id: 'as-it-came',
    tier: 'device',
    precision: storedPrecision(model),
    bytes: fileBytes,
    digest,
    status: 'unproven',
    reason: 'as it came: nothing was measured',
    quality: null,
  };
  const load = async () => ({ model, workload: (await countByTrial(source, path)).workload });
  const report = await readReport(out);
  const built = report?.model.digest === digest ? subjectsOfBuild(out, report).subjects : [];
  return {
    family: `local/${slugOf(path)}`,
    version: '1.0.0',
    model: { file: basename(path), digest, bytes: fileBytes },
    toolchain: { selvedge: tool },
    subjects: [{ variant, load }, ...built],
  };
}

/** The report of a build directory; undefined where there is none that can be read. */
async function readReport(dir: string): Promise<BuildReport | undefined> {
  try {
    const text = await readFile(join(dir, 'report.json'), 'utf8');
    return parseDocument(BuildReport, JSON.parse(text), 'report.json');
  } catch {
    return undefined;
  }
}

/** A build directory's report. @throws SelvedgeError `bad-document` */
export async function readBuildReport(dir: string): Promise<BuildReport> {
  const text = await readFile(join(dir, 'report.json'), 'utf8');
  return parseDocument(BuildReport, JSON.parse(text), join(dir, 'report.json'));
}

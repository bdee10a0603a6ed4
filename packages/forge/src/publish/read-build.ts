import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { CompiledPolicy } from '@selvedge/core/route';
import { parseDocument } from '@selvedge/core/schema';
import { compileAuthorPolicy, policyFromBlueprint } from '../policy/index.ts';
import { BuildReport, type BuiltVariant } from '../report/index.ts';

/** A variant that was built and may be published: what the report leaves open is there. */
export type PublishableVariant = BuiltVariant & {
  readonly [Key in 'file' | 'digest' | 'bytes' | 'golden' | 'opset' | 'workload']: NonNullable<
    BuiltVariant[Key]
  >;
};

/** A build directory as the publisher reads it. */
export interface ReadBuild {
  readonly dir: string;
  readonly report: BuildReport;
  readonly publishable: readonly PublishableVariant[];
  /** Not published, and why. */
  readonly withheld: readonly {
    readonly id: string;
    readonly status: string;
    readonly reason: string;
  }[];
  readonly policy: CompiledPolicy;
}

/**
 * Reads a build directory: the report, and the policy compiled from what the author wrote.
 * Variants that failed their bar, or were not made, are withheld.
 *
 * @throws SelvedgeError `bad-input` when it is no build directory or nothing in it may be
 * published, `bad-document` for its report or policy.
 */
export async function readBuild(dir: string): Promise<ReadBuild> {
  const report = parseDocument(
    BuildReport,
    await readJson(join(dir, 'report.json')),
    'report.json',
  );
  const publishable = report.variants.filter(isPublishable);
  const withheld = report.variants
    .filter((variant) => !isPublishable(variant))
    .map(({ id, status, reason }) => ({ id, status, reason }));
  if (publishable.length === 0) {
    const why = withheld.map(({ id, status }) => `${id} ${status}`).join(', ');
    fail('bad-input', `${dir}: no variant may be published (${why || 'the report lists none'})`, {
      hint: 'report.md says why; a variant that fails its bar does not leave the forge',
    });
  }
  return { dir, report, publishable, withheld, policy: await compilePolicy(dir, report) };
}

function isPublishable(variant: BuiltVariant): variant is PublishableVariant {
  return (
    (variant.status === 'pass' || variant.status === 'unproven') &&
    variant.file !== null &&
    variant.digest !== null &&
    variant.bytes !== null &&
    variant.golden !== null &&
    variant.opset !== null &&
    variant.workload !== null
  );
}

async function compilePolicy(
  dir: string,
  { family, policy }: BuildReport,
): Promise<CompiledPolicy> {
  const { labels, unlabelled } = policy;
  const privacy = { labels, ...(unlabelled !== undefined && { unlabelled }) };
  if (policy.file === undefined) return policyFromBlueprint({ family, privacy });
  const text = await readFile(join(dir, policy.file), 'utf8');
  return compileAuthorPolicy(text, policy.file, family, privacy);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    return fail('bad-input', `${file} cannot be read as JSON`, {
      hint: 'give the directory that selvedge build wrote with --out',
      details: { file },
      cause,
    });
  }
}

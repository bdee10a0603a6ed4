import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { CompiledPolicy } from '@selvedge/core/route';
import { parseDocument } from '@selvedge/core/schema';
import { readRegularText } from '../files/index.ts';
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
 * Withheld are variants that failed their bar or were not made, that have no golden document, or
 * that are far from the unconverted model and were not proven on an evaluation set.
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
    .map((variant) => ({
      id: variant.id,
      status: variant.status,
      reason: whyWithheld(variant) ?? 'report.json lacks its file, operators or cost',
    }));
  if (publishable.length === 0) {
    const why = withheld.map(({ id, status, reason }) => `${id} (${status}): ${reason}`);
    const listed = why.length > 0 ? why.join('; ') : 'the report lists none';
    fail('bad-input', `${dir}: no variant may be published; ${listed}`, {
      hint: 'report.md says more; what is not fit to run does not leave the forge',
    });
  }
  return { dir, report, publishable, withheld, policy: await compilePolicy(dir, report) };
}

function isPublishable(variant: BuiltVariant): variant is PublishableVariant {
  return (
    whyWithheld(variant) === undefined &&
    variant.file !== null &&
    variant.digest !== null &&
    variant.bytes !== null &&
    variant.golden !== null &&
    variant.opset !== null &&
    variant.workload !== null
  );
}

function whyWithheld({
  status,
  reason,
  golden,
  warnings,
  divergence = [],
}: BuiltVariant): string | undefined {
  if (status === 'fail' || status === 'skipped') return reason;
  if (golden === null) {
    const why = warnings.find((warning) => warning.startsWith('no golden document'));
    return why ?? ['no golden document', ...warnings].join(': ');
  }
  if (status === 'pass' || divergence.length === 0) return undefined;
  return `${divergence.join('; ')}; an evaluation set (--eval) can prove that it is good enough`;
}

async function compilePolicy(
  dir: string,
  { family, policy }: BuildReport,
): Promise<CompiledPolicy> {
  const { labels, unlabelled } = policy;
  const privacy = { labels, ...(unlabelled !== undefined && { unlabelled }) };
  if (policy.file === undefined) return policyFromBlueprint({ family, privacy });
  const text = await readRegularText(join(dir, policy.file), {
    code: 'bad-input',
    hint: notABuild,
  });
  return compileAuthorPolicy(text, policy.file, family, privacy);
}

const notABuild = 'give the directory that selvedge build wrote with --out';

async function readJson(file: string): Promise<unknown> {
  const text = await readRegularText(file, { code: 'bad-input', hint: notABuild });
  try {
    return JSON.parse(text);
  } catch (cause) {
    return fail('bad-input', `${file} cannot be read as JSON`, {
      hint: notABuild,
      details: { file },
      cause,
    });
  }
}

import { AuthorPolicy, type AuthorRule, type Privacy } from '@selvedge/core/blueprint';
import { fail } from '@selvedge/core/errors';
import {
  type CompiledPolicy,
  type Constraint,
  compileRoute,
  defaultLabels,
  defaultPolicy,
  type Expression,
  type PrivacyLabels,
} from '@selvedge/core/route';
import { type FamilyName, parseDocument, type Tier } from '@selvedge/core/schema';
import { lowerCel } from './lower-cel.ts';
import { parseYaml } from './parse-yaml.ts';

/**
 * Compiles an author's policy (YAML with CEL conditions) to the document that is signed. What it
 * does not say keeps the built-in policy's value; its labels are joined with the blueprint's.
 *
 * @param file names the source in messages.
 * @param privacy the blueprint's `privacy`.
 * @throws SelvedgeError `bad-document` naming file, field or rule, column and expectation.
 */
export function compileAuthorPolicy(
  text: string,
  file: string,
  family: FamilyName,
  privacy: Partial<Privacy> = {},
): CompiledPolicy {
  const author = parseDocument(AuthorPolicy, parseYaml(text, file), file);
  const base = policyFromBlueprint({ family, privacy });
  checkAgreed('unlabelled', privacy.unlabelled, author.unlabelled, file);
  const compiled: CompiledPolicy = {
    ...base,
    labels: joinLabels(privacy.labels, author.labels, file),
    unlabelled: author.unlabelled ?? base.unlabelled,
    constraints: (author.rules ?? []).map((rule, i) => lowerRule(rule, `${file}: rules.${i}`)),
    objective: { ...base.objective, ...author.objective },
  };
  compileRoute(compiled, file);
  return compiled;
}

/**
 * The policy of a family whose author wrote none: the built-in one with the blueprint's labels.
 * Where those name none, the built-in labels stand.
 */
export function policyFromBlueprint(blueprint: {
  readonly family: FamilyName;
  readonly privacy?: Partial<Privacy> | undefined;
}): CompiledPolicy {
  const base = defaultPolicy(blueprint.family);
  const { labels, unlabelled } = blueprint.privacy ?? {};
  return {
    ...base,
    labels: joinLabels(labels, undefined, 'blueprint'),
    unlabelled: unlabelled ?? base.unlabelled,
  };
}

function joinLabels(
  blueprint: PrivacyLabels = {},
  author: PrivacyLabels = {},
  file: string,
): PrivacyLabels {
  for (const [label, tier] of Object.entries(author)) {
    checkAgreed(
      `labels.${label}`,
      Object.hasOwn(blueprint, label) ? blueprint[label] : undefined,
      tier,
      file,
    );
  }
  const joined = { ...blueprint, ...author };
  return Object.keys(joined).length === 0 ? defaultLabels : joined;
}

/** Of two statements about the same thing neither may win silently. */
function checkAgreed(
  field: string,
  blueprint: Tier | undefined,
  author: Tier | undefined,
  file: string,
): void {
  if (blueprint === undefined || author === undefined || blueprint === author) return;
  fail('bad-document', `${file}: ${field} is ${author}, and the blueprint says ${blueprint}`, {
    hint: 'say it in one place',
    details: { file, field },
  });
}

function lowerRule(
  { id, code = 'rule', when = true, require }: AuthorRule,
  at: string,
): Constraint {
  const lower = (condition: string | boolean, name: string): Expression =>
    typeof condition === 'boolean'
      ? ['lit', condition]
      : lowerCel(condition, `${at}.${name} (rule "${id}")`);
  return { id, code, when: lower(when, 'when'), require: lower(require, 'require') };
}

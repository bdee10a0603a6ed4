import type { LanguageId } from '../../language/languages.ts';
import { type Origin, ownFile, type Project } from '../../resolve/index.ts';
import type { CallMatch, RuleBook } from '../../rules/index.ts';

/**
 * The call of a provider's client that another package gives under the provider's name, to log, count
 * or keep what is asked: `openpipe/openai`, `langfuse.openai`, `OpenAI` of `@posthog/ai`.
 */
export function underItsName(
  origins: readonly Origin[],
  language: LanguageId,
  path: readonly string[],
  project: Project,
  rules: RuleBook,
): CallMatch | undefined {
  const others = origins.filter(
    (each) => !each.opened && ownFile(each) === undefined && !project.ownsModule(each.module),
  );
  if (others.length === 0) return undefined;
  return rules
    .distinctive(language, path)
    .find(({ provider: { names = [] } }) =>
      others.some((origin) => names.some((name) => isCalled(origin, name.toLowerCase()))),
    );
}

/** A part of the module's name, or the client's without what says how it works. */
function isCalled({ module, path: [client = ''] }: Origin, name: string): boolean {
  const parts = module.toLowerCase().split(/[/.:]+/);
  const bare = client.toLowerCase().replace(/^(async|azure)|(client|api|sdk)$/g, '');
  return bare === name || parts.slice(1).includes(name);
}

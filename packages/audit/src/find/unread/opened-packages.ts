import type { Project } from '../../resolve/index.ts';
import type { RuleBook } from '../../rules/index.ts';

/**
 * Names of the calls of packages that one file opens for a whole project (C#'s `global using`): a
 * file that makes one need name no package.
 */
export function callsOfOpened(project: Project, rules: RuleBook): Set<string> {
  const names = project.inFiles(({ code, language }) =>
    code.imports
      .filter(({ everywhere }) => everywhere)
      .flatMap(({ module }) => rules.ofModule(language.id, module))
      .flatMap(({ languages }) => languages[language.id]?.calls ?? [])
      .map(({ path }) => (path.at(-1) ?? '').replace('*', '')),
  );
  return new Set(names.filter((name) => name.length >= minLength));
}

/** Shorter names are everybody's. */
const minLength = 8;

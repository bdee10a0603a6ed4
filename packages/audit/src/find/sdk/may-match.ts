import type { LanguageId } from '../../language/languages.ts';
import type { RuleBook } from '../../rules/index.ts';

/** Whether a call's last name is any rule's: most are not, and need no tracing. */
export function mayMatch(path: readonly string[], language: LanguageId, rules: RuleBook): boolean {
  const last = path.at(-1) ?? '';
  let known = lastNames.get(rules)?.get(language);
  if (!known) {
    known = namesOf(rules, language);
    const all = lastNames.get(rules) ?? new Map<LanguageId, LastNames>();
    lastNames.set(rules, all.set(language, known));
  }
  return known.exact.has(last) || known.prefixes.some((each) => last.startsWith(each));
}

interface LastNames {
  readonly exact: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}
const lastNames = new WeakMap<RuleBook, Map<LanguageId, LastNames>>();

function namesOf({ providers }: RuleBook, language: LanguageId): LastNames {
  const names = providers.flatMap(({ languages }) =>
    (languages[language]?.calls ?? []).map(({ path }) => path.at(-1) ?? ''),
  );
  return {
    exact: new Set(names.filter((each) => !each.endsWith('*'))),
    prefixes: names.filter((each) => each.endsWith('*')).map((each) => each.slice(0, -1)),
  };
}

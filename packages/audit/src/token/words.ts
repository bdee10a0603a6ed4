import type { LanguageId } from '../language/languages.ts';
import type { LanguageRule, ProviderRule } from '../rules/index.ts';

/**
 * The words of which a file of a language with a finding holds one: imports of packages as the
 * language writes them, hosts, paths, headers, fields of bodies, variables, and calls whose name
 * alone tells.
 */
export function wordsOf(providers: readonly ProviderRule[], language: LanguageId): Set<string> {
  return new Set(
    providers.flatMap(({ languages, hosts, paths, commonPaths, headers, bodies, ...rest }) => [
      ...wordsOfRule(languages[language], language),
      ...hosts.map((host) => longest(host.split('*'))),
      ...[...paths, ...rest.plainPaths].map((path) => unrooted(longest(path.split('*')))),
      ...headers,
      ...bodies.flatMap((fields) => fields.filter((each) => each.includes('_'))),
      ...(quotesKeys.test(language) ? bodies.flat().flatMap(quoted) : []),
      ...rest.environment,
      // A path that anybody may have tells where the provider is named.
      ...(commonPaths.length > 0 ? [rest.name, ...rest.names] : []),
    ]),
  );
}

/** Languages in which a body's fields are strings, or names in types that hold no other word. */
const quotesKeys = /^(java|kotlin|swift|csharp|go|python|rust)$/;

const quoted = (field: string): string[] =>
  field.length >= 6 ? [`"${field}"`, `${field}\\"`] : [];

function wordsOfRule(rule: LanguageRule | undefined, language: LanguageId): string[] {
  if (!rule) return [];
  const distinctive = rule.calls.filter((call) => call.distinctive);
  const calls = distinctive.map(({ path }) => path.at(-1) ?? '');
  return [
    ...distinctive.flatMap(({ path }) => dotted(path)),
    ...rule.packages.flatMap((name) => asImported[language](name)),
    // A call is looked for by name only where that is no everyday word.
    ...calls.filter((name) => /[a-z][A-Z]|_/.test(name) && !name.endsWith('*')),
  ];
}

/** `completions.create` of `chat.completions.create`: as most languages write it. */
const dotted = (path: readonly string[]): string[] => {
  const end = path.slice(-2);
  return end.length === 2 && !end.some((each) => each.includes('*')) ? [end.join('.')] : [];
};

/** How an import of a package is written. `ai` and `ort` are in half of all words: `'ai'` is not. */
const asImported: Readonly<Record<LanguageId, (name: string) => string[]>> = {
  javascript: (name) => [`'${name}'`, `"${name}"`, `'${name}/`, `"${name}/`],
  python: (name) => {
    if (name.startsWith('boto3.')) return [name.slice('boto3.'.length)];
    const dot = name.lastIndexOf('.');
    const parent = dot < 0 ? [] : [`from ${name.slice(0, dot)} `];
    return [`import ${name}`, `from ${name}`, `, ${name}\n`, ...parent];
  },
  go: (name) => [`"${name}`],
  java: (name) => [`import ${name}`, `import static ${name}`],
  kotlin: (name) => [`import ${name}`],
  csharp: (name) => [`using ${name}`, `= ${name}.`],
  swift: (name) => [`import ${name}`],
  rust: (name) => [`use ${name}`, `${name}::`],
};

/** Where a path is joined to a base, it may begin without its slash. */
const unrooted = (path: string): string => (/^\/[^/]+\/[^/]/.test(path) ? path.slice(1) : path);

const longest = (parts: readonly string[]): string =>
  parts.reduce((a, b) => (b.length > a.length ? b : a), '');

import type { ProviderRule } from '../rules/index.ts';

/** The words of all rules of which a file with a finding holds one: packages, hosts, paths, variables. */
export function wordsOf(providers: readonly ProviderRule[]): Set<string> {
  return new Set(providers.flatMap(wordsOfProvider).filter((word) => word.length >= 3));
}

function wordsOfProvider({ languages, hosts, paths, environment }: ProviderRule): string[] {
  const packages = Object.values(languages).flatMap((rule) => rule.packages.flatMap(asWritten));
  const calls = Object.values(languages).flatMap((rule) =>
    rule.calls.filter(({ distinctive }) => distinctive).map(({ path }) => path.at(-1) ?? ''),
  );
  return [
    ...packages,
    // A call whose name alone tells is looked for only where the name is no everyday word.
    ...calls.filter((name) => /[a-z][A-Z]|_/.test(name) && !name.endsWith('*')),
    ...hosts.map((host) => longest(host.split('*'))),
    ...paths.map((path) => longest(path.split('*'))),
    ...environment,
  ];
}

/** The ways an import may write a package: `from google.cloud import vision`, `client("rekognition")`. */
function asWritten(name: string): string[] {
  if (name.startsWith('boto3.')) return [name.slice('boto3.'.length)];
  const dot = name.lastIndexOf('.');
  return dot < 0 ? [name] : [name, `from ${name.slice(0, dot)} `];
}

const longest = (parts: readonly string[]): string =>
  parts.reduce((a, b) => (b.length > a.length ? b : a), '');

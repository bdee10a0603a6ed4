/**
 * Makes packages/forge/src/compat/lists from the published sources.
 *
 *   node scripts/support-lists/import.ts SOURCES [OUT] [YYYY-MM-DD] [provider…]
 *
 * SOURCES holds every file that sources.ts names, as `owner+name/path`, at the commit that it names.
 * The same sources and day give the same lists.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SupportList } from '@selvedge/onnx';
import { formatList } from './format-list.ts';
import { makers } from './lists/index.ts';
import { correct, corrections } from './measured/index.ts';
import { readFunctions } from './parsers/function-definitions.ts';
import { readSource, textOf, textsOf } from './read-source.ts';
import { readChangelog } from './schemas.ts';
import { changelog, definitions, sources } from './sources.ts';

/** The list of one provider. */
export function importList(
  directory: string,
  provider: keyof typeof sources,
  imported: string,
): SupportList {
  const read = sources[provider].map((source) => readSource(directory, source));
  const domains = Object.entries(changelog).map(
    ([domain, source]) => [domain, readChangelog(textOf(readSource(directory, source)))] as const,
  );
  const schemas = new Map(domains);
  const functions = readFunctions(textsOf(readSource(directory, definitions)));
  const made = makers[provider]({
    sources: read,
    schemasOf: (domain) => schemas.get(domain),
    functions,
  });
  const { rules, ...head } = made;
  return {
    ...head,
    sources: read.map(({ origin }) => origin),
    imported,
    rules: sortRules(correct(rules, corrections[provider] ?? [])),
  };
}

/** By operator, then version; where two rules would have one id, the later ones are numbered. */
function sortRules(rules: SupportList['rules']): SupportList['rules'] {
  const seen = new Map<string, number>();
  return rules
    .toSorted((a, b) => (a.op === b.op ? (a.since ?? 0) - (b.since ?? 0) : a.op < b.op ? -1 : 1))
    .map((rule) => {
      const count = (seen.get(rule.id) ?? 0) + 1;
      seen.set(rule.id, count);
      return count === 1 ? rule : { ...rule, id: `${rule.id}.${count}` };
    });
}

if (import.meta.main) {
  const [directory, given, day, ...only] = process.argv.slice(2);
  if (!directory) throw new Error('say where the sources stand');
  const out =
    given ?? fileURLToPath(new URL('../../packages/forge/src/compat/lists', import.meta.url));
  const providers = only.length > 0 ? only : Object.keys(sources);
  for (const provider of providers) {
    const list = importList(directory, provider as keyof typeof sources, day ?? today());
    const file = `${provider}-${list.version}.json`;
    writeFileSync(join(out, file), formatList(list));
    console.log(`${file}: ${list.rules.length} rules`);
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

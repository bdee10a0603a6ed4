import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '@selvedge/core/errors';
import { parseDocument } from '@selvedge/core/schema';
import { parse } from 'yaml';
import type { LanguageId } from '../language/languages.ts';
import type { CallRule, DataKind, LanguageRule, ProviderRule, SdkDefaults } from './rule.ts';
import { RuleFile } from './schema.ts';

/** The rules that come with Selvedge. */
export const ownRules: string = fileURLToPath(new URL('../../rules', import.meta.url));

/**
 * Reads the rule files (`*.yaml`) of directories; a later file of the same name replaces an earlier.
 *
 * @throws SelvedgeError `bad-document` naming the file, the field and what was expected; `not-found`;
 *   `bad-input` for a directory without a rule file
 */
export async function loadRules(
  directories: readonly string[] = [ownRules],
): Promise<ProviderRule[]> {
  const rules = new Map<string, ProviderRule>();
  for (const directory of directories)
    for (const file of await ruleFiles(directory)) {
      const rule = await readRule(file);
      rules.set(rule.name, rule);
    }
  return [...rules.values()];
}

async function ruleFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((cause: unknown) =>
    fail('not-found', `${directory} cannot be read`, {
      hint: 'give a directory of rule files (*.yaml)',
      details: { directory },
      cause,
    }),
  );
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length === 0)
    fail('bad-input', `${directory} holds no rule file`, {
      hint: 'give a directory of rule files (*.yaml)',
      details: { directory },
    });
  return files.map((name) => join(directory, name));
}

async function readRule(file: string): Promise<ProviderRule> {
  // A pipe would wait for whoever writes to it.
  if (!(await stat(file)).isFile())
    fail('bad-input', `${file} is no regular file`, { hint: 'expected a rule', details: { file } });
  const text = await readFile(file, 'utf8');
  const written = parseDocument(RuleFile, parseYaml(text, file), basename(file));
  const {
    hosts = [],
    paths = [],
    commonPaths = [],
    plainPaths = [],
    headers = [],
    bodies = [],
    environment = [],
    clients = [],
    names = [],
    languages,
    examples,
    ...rest
  } = written;
  return {
    ...(rest as Pick<ProviderRule, 'name' | 'title' | 'kind' | 'data' | 'elsewhere'>),
    hosts,
    paths,
    commonPaths,
    plainPaths,
    headers,
    bodies,
    environment,
    clients,
    names,
    examples,
    languages: Object.fromEntries(
      Object.entries(languages).map(
        ([id, { packages, calls, defaults }]): [LanguageId, LanguageRule] => [
          id as LanguageId,
          {
            packages,
            calls: calls.flatMap(readCall),
            ...(defaults && { defaults: defaults as SdkDefaults }),
          },
        ],
      ),
    ),
  };
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text, { uniqueKeys: true });
  } catch (cause) {
    return fail('bad-document', `${file}: ${(cause as Error).message.split('\n')[0]}`, {
      hint: 'expected YAML',
      details: { file },
      cause,
    });
  }
}

function readCall(written: string | Record<string, unknown>): CallRule[] {
  if (typeof written === 'string') return [callOf(written)];
  return Object.entries(written).map(([path, data]) => ({
    ...callOf(path),
    data: data as DataKind,
  }));
}

const callOf = (written: string): CallRule => ({
  path: written.replace(/!$/, '').split('.'),
  distinctive: written.endsWith('!'),
});

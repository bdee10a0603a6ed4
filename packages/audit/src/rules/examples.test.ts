import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { auditBy } from '../audit.ts';
import type { LanguageId } from '../language/languages.ts';
import { loadRules } from './load.ts';
import { ruleBook } from './match.ts';

const rules = await loadRules();
const book = ruleBook(rules);
const directories: string[] = [];
afterAll(() => Promise.all(directories.map((each) => rm(each, { recursive: true }))));

const fileNames: Readonly<Record<LanguageId, string>> = {
  javascript: 'example.ts',
  python: 'example.py',
  go: 'example.go',
  java: 'Ask.java',
  kotlin: 'Ask.kt',
  csharp: 'Ask.cs',
  swift: 'Ask.swift',
  rust: 'ask.rs',
};

async function servicesIn(language: LanguageId, source: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'selvedge-rule-'));
  directories.push(directory);
  await writeFile(join(directory, fileNames[language]), source);
  const { findings, local } = await auditBy(book, directory);
  return [...findings, ...local].map(({ service }) => service);
}

describe.each(rules)('the rule $name', ({ name, examples }) => {
  for (const [language, example] of Object.entries(examples)) {
    it(`finds its example in ${language}, and not what only looks like it`, async () => {
      const id = language as LanguageId;
      expect(await servicesIn(id, example.yes)).toContain(name);
      expect(await servicesIn(id, example.no)).not.toContain(name);
    });
  }
});

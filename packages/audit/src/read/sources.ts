import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretFinding } from '../finding.ts';
import {
  type Language,
  languageOf,
  loadParser,
  parserPackage,
  readCode,
} from '../language/index.ts';
import { isManifest, isSettingsFile, type Manifest, type SourceFile } from '../resolve/index.ts';
import { findSecrets, secretWords } from '../secret/index.ts';
import { type TellingOf, tellingOf } from '../token/index.ts';
import { fileIsNotOurs, pathIsTest, type Skipped, walkFiles } from '../walk/index.ts';

/** A source file that holds no telling word: known by name only. */
export interface Unread {
  readonly path: string;
  readonly language: Language;
}

export interface Sources {
  readonly parsed: SourceFile[];
  readonly unread: Unread[];
  readonly settings: string[];
  readonly manifests: Manifest[];
  readonly secrets: SecretFinding[];
  readonly skipped: Skipped[];
  /** Source files that were looked into, parsed or not. */
  readonly files: number;
}

/** People write no source file that is larger. */
const maxSourceBytes = 5 * 1024 * 1024;
const maxSettingsBytes = 1024 * 1024;

/** Walks a directory, and parses the source files that hold a telling word. */
export async function readSources(
  root: string,
  telling: TellingOf,
  tests = false,
): Promise<Sources> {
  const sources: Sources & { files: number } = {
    parsed: [],
    unread: [],
    settings: [],
    manifests: [],
    secrets: [],
    skipped: [],
    files: 0,
  };
  for await (const { path } of walkFiles(root, (skipped) => sources.skipped.push(skipped))) {
    const language = languageOf(path);
    if (!language && !isSettingsFile(path) && !isManifest(path)) continue;
    if (language && !tests && pathIsTest(path)) {
      sources.skipped.push({ path, reason: 'test' });
      continue;
    }
    const limit = language ? maxSourceBytes : maxSettingsBytes;
    const bytes = await bytesOf(join(root, path), path, limit, sources.skipped);
    if (!bytes) continue;
    if (holdsKey(bytes)) sources.secrets.push(...findSecrets(path, decoder.decode(bytes)));
    if (!language) keepSettings(sources, path, decoder.decode(bytes));
    else {
      sources.files++;
      if (telling(language.id)(bytes)) await parseInto(sources, { path, language }, bytes);
      else sources.unread.push({ path, language });
    }
  }
  return sources;
}

const holdsKey = tellingOf(secretWords);

function keepSettings({ manifests, settings }: Sources, path: string, text: string): void {
  if (isManifest(path)) manifests.push({ path, text });
  if (isSettingsFile(path)) settings.push(text);
}

/** Parses those of the files not yet read that hold a word, and takes them off the list. */
export async function readMore(
  root: string,
  sources: Sources,
  telling: TellingOf,
): Promise<number> {
  const rest: Unread[] = [];
  const before = sources.parsed.length;
  for (const file of sources.unread) {
    const bytes = await readFile(join(root, file.path)).catch(() => undefined);
    if (bytes && telling(file.language.id)(bytes)) await parseInto(sources, file, bytes);
    else rest.push(file);
  }
  sources.unread.splice(0, sources.unread.length, ...rest);
  return sources.parsed.length - before;
}

async function bytesOf(
  file: string,
  path: string,
  limit: number,
  skipped: Skipped[],
): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(file);
    if (size > limit) {
      skipped.push({ path, reason: 'too-large', detail: `${size} bytes` });
      return undefined;
    }
    return await readFile(file);
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code ?? '';
    skipped.push({ path, reason: 'unreadable', detail });
    return undefined;
  }
}

/** What is no UTF-8 reads as U+FFFD: code around it is still code. */
const decoder = new TextDecoder('utf-8');

async function parseInto(sources: Sources, file: Unread, bytes: Uint8Array): Promise<void> {
  const { path, language } = file;
  const text = decoder.decode(bytes);
  const notOurs = fileIsNotOurs(path, text);
  if (notOurs) {
    sources.skipped.push({ path, reason: notOurs });
    return;
  }
  const parse = await loadParser(language.grammar);
  if (!parse) {
    const detail = parserPackage(language.grammar);
    sources.skipped.push({ path, reason: 'no-parser', detail });
    return;
  }
  try {
    sources.parsed.push({ path, language, code: readCode(parse(text), language.grammar), text });
  } catch (error) {
    sources.skipped.push({ path, reason: 'not-parsed', detail: (error as Error).message });
  }
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SecretFinding } from '../finding.ts';
import {
  type Code,
  type LanguageId,
  languageOf,
  languages,
  loadParser,
  type Parse,
  parserPackage,
  readCode,
} from '../language/index.ts';
import { findSecrets, secretWords } from '../secret/index.ts';
import { type TellingOf, tellingByLanguage, tellingOf } from '../token/index.ts';
import { fileIsNotOurs, type Skipped } from '../walk/index.ts';

/** Words of which a file holds one, by language. */
export type Words = Readonly<Record<LanguageId, readonly string[]>>;

/** What is to be found in files, as it goes to a thread. */
export interface Wanted {
  readonly words: Words;
  /** Of these too it holds one, where any are given. */
  readonly beside?: readonly string[];
  /** Whether tests are read too. */
  readonly tests: boolean;
  /** Whether keys are looked for as well. */
  readonly secrets: boolean;
}

/** What became of one file. */
export interface Outcome {
  readonly path: string;
  /** A source file that holds a telling word. */
  readonly parsed?: { readonly code: Code; readonly text: string };
  /** A file of settings, or a manifest. */
  readonly text?: string;
  readonly secrets?: readonly SecretFinding[];
  readonly skipped?: Skipped;
  /** How the audit itself failed on it. */
  readonly defect?: Error;
}

/** Reads one file. It blocks: threads run it. */
export type ReadSource = (path: string) => Outcome;

/**
 * Reads one file after another, with a turn of the event loop after each that was parsed: only there
 * does the parser let go of a tree that is used no more, and it may be a hundred times its source.
 */
export async function readEach(
  paths: readonly string[],
  read: ReadSource,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  for (const path of paths) {
    const outcome = read(path);
    onOutcome(outcome);
    if (outcome.parsed) await setImmediate();
  }
}

/** People write no source file that is larger. */
const maxSourceBytes = 5 * 1024 * 1024;
const maxSettingsBytes = 1024 * 1024;

export async function sourceReader(
  root: string,
  { words, beside = [], secrets, tests }: Wanted,
): Promise<ReadSource> {
  const byLanguage = tellingByLanguage((language) => words[language]);
  const also = beside.length > 0 ? tellingOf(beside) : () => true;
  const telling: TellingOf = (language) => (bytes) => byLanguage(language)(bytes) && also(bytes);
  const parsers = new Map<string, Parse | undefined>();
  for (const { grammar } of languages) parsers.set(grammar.parser, await loadParser(grammar));
  const buffer = new Uint8Array(maxSourceBytes);
  return (path) => {
    try {
      const limit = languageOf(path) ? maxSourceBytes : maxSettingsBytes;
      const size = fill(buffer, join(root, path), limit);
      if (size > limit)
        return { path, skipped: { path, reason: 'too-large', detail: `${size} bytes` } };
      return outcomeOf(path, buffer.subarray(0, size), { telling, parsers, secrets, tests });
    } catch (error) {
      const { code: detail } = error as NodeJS.ErrnoException;
      if (detail === undefined) return { path, defect: error as Error };
      return { path, skipped: { path, reason: 'unreadable', detail } };
    }
  };
}

/** The parser's own errors carry a code, as all do that come through Node-API. */
const isOfInput = (error: unknown): boolean =>
  error instanceof RangeError || typeof (error as NodeJS.ErrnoException).code === 'string';

/** Reads a whole file, or nothing of one that is larger than the limit; its size. */
function fill(buffer: Uint8Array, file: string, limit: number): number {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > limit) return size;
    let at = 0;
    while (at < size) {
      const read = readSync(descriptor, buffer, at, size - at, at);
      if (read === 0) break;
      at += read;
    }
    return at;
  } finally {
    closeSync(descriptor);
  }
}

/** What is no UTF-8 reads as U+FFFD: code around it is still code. */
const decoder = new TextDecoder('utf-8');
const holdsKey = tellingOf(secretWords);

interface Reading {
  readonly telling: TellingOf;
  readonly parsers: ReadonlyMap<string, Parse | undefined>;
  readonly secrets: boolean;
  readonly tests: boolean;
}

function outcomeOf(
  path: string,
  bytes: Uint8Array,
  { telling, parsers, secrets, tests }: Reading,
): Outcome {
  const keys = secrets && holdsKey(bytes) ? findSecrets(path, decoder.decode(bytes)) : [];
  const known = { path, ...(keys.length > 0 && { secrets: keys }) };
  const language = languageOf(path);
  if (!language) return { ...known, text: decoder.decode(bytes) };
  if (!telling(language.id)(bytes)) return known;
  const text = decoder.decode(bytes);
  const notOurs = fileIsNotOurs(path, text);
  if (notOurs) return { ...known, skipped: { path, reason: notOurs } };
  const parse = parsers.get(language.grammar.parser);
  if (!parse) {
    const detail = `npm install ${parserPackage(language.grammar)}`;
    return { ...known, skipped: { path, reason: 'no-parser', detail } };
  }
  try {
    const code = readCode(parse(language.codeOf?.(text, path) ?? text), language.grammar, tests);
    return { ...known, parsed: { code, text } };
  } catch (error) {
    // Code that is nested too deep for a parser, or for what reads its tree, is no defect.
    if (!isOfInput(error)) return { ...known, defect: error as Error };
    return { ...known, skipped: { path, reason: 'not-parsed', detail: (error as Error).message } };
  }
}

import { Defects } from '../defects.ts';
import type { PartlyAudited, SecretFinding } from '../finding.ts';
import {
  type Language,
  type LanguageId,
  languageNotRead,
  languageOf,
  languages,
} from '../language/index.ts';
import {
  isManifest,
  isModuleMap,
  isSettingsFile,
  type Manifest,
  type ModuleNames,
  moduleNames,
  type SourceFile,
} from '../resolve/index.ts';
import { fileIsNotOurs, pathIsTest, type Skipped, walkFiles } from '../walk/index.ts';
import type { Outcome, Words } from './read-source.ts';
import { openReaders, type Readers } from './threads.ts';

/** A source file that holds no telling word: known by name only. */
export interface Unread {
  readonly path: string;
  readonly language: Language;
}

export interface Sources {
  readonly parsed: SourceFile[];
  unread: Unread[];
  readonly settings: string[];
  readonly manifests: Manifest[];
  /** Modules that the codebase names itself. */
  readonly names: ModuleNames;
  readonly secrets: SecretFinding[];
  readonly skipped: Skipped[];
  readonly partlyAudited: PartlyAudited[];
  /** Files on which the audit itself failed. */
  readonly defects: Defects;
  /** Files of languages that are not read, by language. */
  readonly notRead: Map<string, number>;
  /** Source files that were looked into, parsed or not. */
  files: number;
  /** Parses those of the files not yet read that hold what is asked for; how many. */
  readMore(more: More): Promise<number>;
  end(): Promise<void>;
}

/** Files to read that hold no telling word of their own. */
export interface More {
  /** A file holds one of these. */
  readonly words: Iterable<string>;
  /** And one of these, where any are given. */
  readonly beside?: readonly string[];
  /** And is among these, where any are given. */
  readonly paths?: ReadonlySet<string>;
}

/** Walks a directory, and parses the source files that hold a telling word. */
export async function readSources(
  root: string,
  wordsOf: (language: LanguageId) => Iterable<string>,
  tests = false,
): Promise<Sources> {
  const readers = openReaders(root);
  const maps: Manifest[] = [];
  let names: ModuleNames | undefined;
  const sources: Sources = {
    parsed: [],
    unread: [],
    settings: [],
    manifests: [],
    names: (module, from) => {
      names ??= moduleNames([...sources.manifests, ...maps]);
      return names(module, from);
    },
    secrets: [],
    skipped: [],
    partlyAudited: [],
    defects: new Defects(),
    notRead: new Map(),
    files: 0,
    readMore: (more) => readMore(sources, readers, more, tests),
    end: () => readers.end(),
  };
  const paths: string[] = [];
  const isSource = (name: string) => languageOf(name) !== undefined;
  for await (const { path } of walkFiles(root, (each) => sources.skipped.push(each), isSource)) {
    const language = languageOf(path);
    countNotRead(sources, path, tests);
    if (!language && ![isSettingsFile, isManifest, isModuleMap].some((is) => is(path))) continue;
    if (language && !tests && pathIsTest(path)) sources.skipped.push({ path, reason: 'test' });
    else paths.push(path);
  }
  const wanted = { words: wordsByLanguage(wordsOf), tests, secrets: true };
  await readers.read(paths, wanted, (outcome) => {
    const { path, text } = outcome;
    if (text !== undefined && isModuleMap(path)) maps.push({ path, text });
    keep(sources, outcome);
  });
  return inOrder(sources);
}

async function readMore(
  sources: Sources,
  readers: Readers,
  { words, beside = [], paths }: More,
  tests: boolean,
): Promise<number> {
  const all = [...words];
  if (all.length === 0) return 0;
  const { unread, files, parsed } = sources;
  const before = parsed.length;
  const isAsked = ({ path }: Unread) => paths === undefined || paths.has(path);
  sources.unread = unread.filter((each) => !isAsked(each));
  const wanted = { words: wordsByLanguage(() => all), beside, tests, secrets: false };
  await readers.read(
    unread.filter(isAsked).map(({ path }) => path),
    wanted,
    (outcome) => keep(sources, outcome),
  );
  sources.files = files;
  inOrder(sources);
  return parsed.length - before;
}

/** Tests and generated files are left out as they would be of a language that is read. */
function countNotRead({ notRead, skipped }: Sources, path: string, tests: boolean): void {
  const language = languageNotRead(path);
  if (language === undefined) return;
  const reason = !tests && pathIsTest(path) ? 'test' : fileIsNotOurs(path, '');
  if (reason) skipped.push({ path, reason });
  else notRead.set(language, (notRead.get(language) ?? 0) + 1);
}

const wordsByLanguage = (wordsOf: (language: LanguageId) => Iterable<string>): Words =>
  Object.fromEntries(languages.map(({ id }) => [id, [...wordsOf(id)]])) as unknown as Words;

function keep(sources: Sources, { path, parsed, text, secrets, skipped, defect }: Outcome): void {
  const language = languageOf(path);
  if (secrets) sources.secrets.push(...secrets);
  if (text !== undefined && isManifest(path)) sources.manifests.push({ path, text });
  if (text !== undefined && isSettingsFile(path)) sources.settings.push(text);
  if (skipped) sources.skipped.push(skipped);
  if (defect) sources.defects.add(path, defect);
  if (language && (parsed || !skipped)) {
    sources.files++;
    const unclear = parsed?.code.unclear;
    if (unclear !== undefined) sources.partlyAudited.push({ path, line: unclear });
    if (parsed) sources.parsed.push({ path, language, ...parsed });
    else if (!defect) sources.unread.push({ path, language });
  }
}

/** Threads end when they will; a report says the same every time. */
function inOrder(sources: Sources): Sources {
  const byPath = (a: { readonly path: string }, b: { readonly path: string }) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
  sources.parsed.sort(byPath);
  sources.unread.sort(byPath);
  sources.manifests.sort(byPath);
  sources.skipped.sort(byPath);
  sources.partlyAudited.sort(byPath);
  sources.settings.sort();
  sources.secrets.sort((a, b) => byPath({ path: a.file }, { path: b.file }) || a.line - b.line);
  return sources;
}

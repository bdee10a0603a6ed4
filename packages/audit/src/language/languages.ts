import { astroScriptsOf, scriptsOf } from './components.ts';
import { csharp } from './csharp.ts';
import { ecmascript } from './ecmascript.ts';
import { go } from './go.ts';
import type { Grammar } from './grammar.ts';
import { java } from './java.ts';
import { kotlin } from './kotlin.ts';
import { python } from './python.ts';
import { razorCodeOf } from './razor.ts';
import { rust } from './rust.ts';
import { swift } from './swift.ts';

/** A language as rules name it. TypeScript and JavaScript are one: their packages are the same. */
export type LanguageId =
  | 'javascript'
  | 'python'
  | 'go'
  | 'java'
  | 'kotlin'
  | 'csharp'
  | 'swift'
  | 'rust';

export interface Language {
  readonly id: LanguageId;
  readonly title: string;
  readonly extensions: readonly string[];
  readonly grammar: Grammar;
  /** Of a file that is only partly code: the code, its lines where they are. */
  readonly codeOf?: (source: string, file: string) => string;
}

export const languages: readonly Language[] = [
  {
    id: 'javascript',
    title: 'TypeScript',
    extensions: ['.ts', '.mts', '.cts'],
    grammar: ecmascript('TypeScript'),
  },
  { id: 'javascript', title: 'TypeScript', extensions: ['.tsx'], grammar: ecmascript('Tsx') },
  {
    id: 'javascript',
    title: 'JavaScript',
    extensions: ['.js', '.mjs', '.cjs', '.jsx'],
    grammar: ecmascript('JavaScript'),
  },
  {
    id: 'javascript',
    title: 'components',
    extensions: ['.vue', '.svelte'],
    grammar: ecmascript('TypeScript'),
    codeOf: scriptsOf,
  },
  {
    id: 'javascript',
    title: 'components',
    extensions: ['.astro'],
    grammar: ecmascript('TypeScript'),
    codeOf: astroScriptsOf,
  },
  { id: 'python', title: 'Python', extensions: ['.py'], grammar: python },
  { id: 'go', title: 'Go', extensions: ['.go'], grammar: go },
  { id: 'java', title: 'Java', extensions: ['.java'], grammar: java },
  // A `.kts` is a build script nearly always: a manifest.
  { id: 'kotlin', title: 'Kotlin', extensions: ['.kt'], grammar: kotlin },
  { id: 'csharp', title: 'C#', extensions: ['.cs'], grammar: csharp },
  {
    id: 'csharp',
    title: 'components',
    extensions: ['.razor', '.cshtml'],
    grammar: csharp,
    codeOf: razorCodeOf,
  },
  { id: 'swift', title: 'Swift', extensions: ['.swift'], grammar: swift },
  { id: 'rust', title: 'Rust', extensions: ['.rs'], grammar: rust },
];

const byExtension = new Map(
  languages.flatMap((language) => language.extensions.map((each) => [each, language] as const)),
);

/** The language of a file, by its name. */
export function languageOf(file: string): Language | undefined {
  const dot = file.lastIndexOf('.');
  return dot < 0 ? undefined : byExtension.get(file.slice(dot).toLowerCase());
}

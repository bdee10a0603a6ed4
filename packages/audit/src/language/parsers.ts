import type { Grammar } from './grammar.ts';
import { mendOf, parseMended } from './second-reading.ts';
import { type ForeignNode, readOnce, type SyntaxNode } from './syntax.ts';

/** Parses source text; the tree's root. */
export type Parse = (source: string) => SyntaxNode;

interface Ast {
  parse(language: string, source: string): { root(): ForeignNode };
  registerDynamicLanguage(languages: Record<string, unknown>): void;
}

/** Parsers that come with ast-grep itself. */
const builtIn: readonly string[] = ['TypeScript', 'Tsx', 'JavaScript'];
const separate = ['python', 'go', 'java', 'kotlin', 'csharp', 'swift', 'rust'] as const;

const packageOf = (parser: string): string => `@ast-grep/lang-${parser}`;

/** The package that holds a grammar's parser. */
export const parserPackage = ({ parser }: Grammar): string =>
  builtIn.includes(parser) ? '@ast-grep/napi' : packageOf(parser);

/**
 * A language's parser. They weigh 200 MB in all, so none is a dependency: each is used where it is
 * installed, and `undefined` says that it is not.
 */
export async function loadParser({ parser }: Grammar): Promise<Parse | undefined> {
  installed ??= loadInstalled();
  const { ast, parsers } = await installed;
  if (!ast || !parsers.has(parser)) return undefined;
  const mend = mendOf(parser);
  const parse = (source: string) => ast.parse(parser, source).root();
  return (source) => readOnce(parseMended(parse, source, mend));
}

interface Installed {
  readonly ast?: Ast;
  readonly parsers: ReadonlySet<string>;
}

let installed: Promise<Installed> | undefined;

/** All at once: ast-grep takes languages from the first registration only. */
async function loadInstalled(): Promise<Installed> {
  const ast = await optional<Ast>('@ast-grep/napi');
  if (!ast) return { parsers: new Set() };
  const found: Record<string, unknown> = {};
  for (const parser of separate) {
    const language = await optional<{ default: unknown }>(packageOf(parser));
    if (language) found[parser] = language.default;
  }
  ast.registerDynamicLanguage(found);
  return { ast, parsers: new Set([...builtIn, ...Object.keys(found)]) };
}

/** A package that need not be there. Its name is a value, so that no bundler asks for it. */
async function optional<T>(name: string): Promise<T | undefined> {
  try {
    return (await import(name)) as T;
  } catch {
    return undefined;
  }
}

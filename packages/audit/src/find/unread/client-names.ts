import type { Binding } from '../../language/code.ts';
import { originsOf, type Project, type SourceFile } from '../../resolve/index.ts';
import type { RuleBook } from '../../rules/index.ts';

/**
 * Names of clients that one file makes for others (`export const openai = new OpenAI()`, or a
 * function that gives one), and the modules they come from as imports write them. A file that uses
 * one need hold no other telling word.
 */
export function clientNames(
  project: Project,
  rules: RuleBook,
): { words: Set<string>; beside: string[] } {
  const words = new Set<string>();
  const stems = new Set<string>();
  project.eachFile((file) => {
    if (!isUntyped(file) || !usesProvider(file, rules)) return;
    const names = file.code.bindings
      .filter((binding) => mayBeClient(binding) && isClient(binding, file, project, rules))
      .map(({ name, fn }) => (name === 'return' && fn ? fn.name : name));
    if (names.length === 0) return;
    for (const name of names) words.add(name);
    for (const stem of stemsOf(file)) stems.add(stem);
  });
  return { words, beside: [...stems] };
}

/** In other languages, whoever uses a client names its package as well, or a call that tells. */
const isUntyped = ({ language }: SourceFile): boolean => /^(javascript|python)$/.test(language.id);

/**
 * Fields that a package of Go keeps clients in, as its other files ask them, which need no import:
 * `app.LLM.Call(…)`.
 */
export function clientFields(
  project: Project,
  rules: RuleBook,
  unread: readonly { readonly path: string }[],
): { words: Set<string>; paths: Set<string> } {
  const words = new Set<string>();
  const directories = new Set<string>();
  project.eachFile((file) => {
    if (file.language.id !== 'go' || !usesProvider(file, rules)) return;
    const clients = new Set(
      file.code.imports.flatMap(({ local, module }) =>
        rules.ofModule('go', module).length > 0 ? [local] : [],
      ),
    );
    for (const { name, type, fn } of file.code.bindings) {
      const local = type === undefined ? undefined : /^\*?(\w+)\.\w+$/.exec(type)?.[1];
      if (fn || local === undefined || !clients.has(local) || !name.startsWith('this.')) continue;
      words.add(`.${name.slice('this.'.length)}.`);
      directories.add(directoryOf(file.path));
    }
  });
  const paths = unread.map(({ path }) => path).filter((each) => directories.has(directoryOf(each)));
  return { words, paths: new Set(paths) };
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const usesProvider = ({ code, language }: SourceFile, rules: RuleBook): boolean =>
  code.imports.some(({ module, name }) =>
    [module, `${module}.${name ?? ''}`].some(
      (each) => rules.ofModule(language.id, each).length > 0,
    ),
  );

const mayBeClient = ({ name, fn, value }: Binding): boolean =>
  value !== undefined &&
  (name === 'return' ? (fn?.name.length ?? 0) >= 4 : fn === undefined && name.length >= 2) &&
  (value.is === 'call' || value.is === 'name' || value.is === 'member');

const isClient = (
  { value, fn, owner }: Binding,
  file: SourceFile,
  project: Project,
  rules: RuleBook,
): boolean =>
  value !== undefined &&
  originsOf(value, { file, fn, owner }, project).some(
    ({ module, path }) => path.length <= 2 && rules.ofModule(file.language.id, module).length > 0,
  );

/** How imports name a file: by its own name, or by its directory where an index passes it on. */
function stemsOf({ path, language }: SourceFile): string[] {
  const [base = '', directory = ''] = path.split('/').reverse();
  const names = [base.replace(/\.\w+$/, ''), directory].filter((each) => each.length >= 2);
  switch (language.id) {
    case 'javascript':
      return names.flatMap((each) => [`${each}'`, `${each}"`, `${each}.js'`, `${each}.js"`]);
    case 'python':
      return names.flatMap((each) => [`${each} import`, `import ${each}`]);
    default:
      return names;
  }
}

import type { Manifest } from './manifest.ts';
import { directoryOf, join } from './path.ts';

/** The files without an ending, of the audited directory, that a module of a script may be. */
export type ModuleNames = (module: string, from: string) => readonly string[];

/** The files that say by which names a compiler finds modules. */
export const isModuleMap = (path: string): boolean =>
  /(^|\/)(tsconfig[\w.-]*|jsconfig)\.json$/.test(path);

/**
 * Modules that a codebase names itself: packages of its workspace by the names in their
 * package.json, and what tsconfig's `baseUrl` and `paths` say of files below it.
 * https://www.typescriptlang.org/tsconfig/#paths
 */
export function moduleNames(manifests: readonly Manifest[]): ModuleNames {
  const packages = new Map<string, Package>();
  const maps: ModuleMap[] = [];
  for (const { path, text } of manifests) {
    if (/(^|\/)package\.json$/.test(path)) keepPackage(packages, path, text);
    if (isModuleMap(path)) maps.push(...moduleMapOf(path, text));
  }
  return (module, from) => [
    ...maps
      .filter(({ directory }) => directory === '' || from.startsWith(`${directory}/`))
      .flatMap((each) => mapped(module, each)),
    ...inPackage(module, packages),
  ];
}

interface Package {
  readonly directory: string;
  /** What it says that it gives out, by the path within it: `.` and `./client`. */
  readonly exports: ReadonlyMap<string, readonly string[]>;
}

function keepPackage(packages: Map<string, Package>, path: string, text: string): void {
  const { name, main, module, source, exports } = parsed(text);
  if (typeof name !== 'string' || name === '') return;
  const given = new Map<string, readonly string[]>();
  given.set('.', [source, module, main].filter(isText));
  if (isText(exports)) given.set('.', [exports]);
  for (const [key, value] of Object.entries(isRecord(exports) ? exports : {}))
    given.set(key, leaves(value, 4));
  packages.set(name, { directory: directoryOf(path), exports: given });
}

function inPackage(module: string, packages: ReadonlyMap<string, Package>): string[] {
  const name = module.split('/', module.startsWith('@') ? 2 : 1).join('/');
  const found = packages.get(name);
  if (!found) return [];
  const { directory, exports } = found;
  const within = module.slice(name.length + 1);
  const given = exports.get(within === '' ? '.' : `./${within}`) ?? [];
  const usual = within === '' ? ['index', 'src/index', 'src/main', 'lib/index'] : [];
  const inside = within === '' ? [] : [within, `src/${within}`, `lib/${within}`];
  return [...given, ...usual, ...inside].map((each) => join(directory, each));
}

/** `paths` of one tsconfig; an empty star stands for whole names. */
interface ModuleMap {
  readonly directory: string;
  readonly entries: readonly (readonly [pattern: string, targets: readonly string[]])[];
}

function moduleMapOf(path: string, text: string): ModuleMap[] {
  const { compilerOptions } = parsed(text);
  if (!isRecord(compilerOptions)) return [];
  const { baseUrl, paths } = compilerOptions;
  const directory = directoryOf(path);
  const base = join(directory, isText(baseUrl) ? baseUrl : '.');
  const entries = Object.entries(isRecord(paths) ? paths : {}).map(
    ([pattern, targets]) => [pattern, leaves(targets, 1).map((each) => join(base, each))] as const,
  );
  const all = isText(baseUrl) ? [...entries, ['*', [join(base, '*')]] as const] : entries;
  return all.length > 0 ? [{ directory, entries: all }] : [];
}

const mapped = (module: string, { entries }: ModuleMap): string[] =>
  entries.flatMap(([pattern, targets]) => {
    const [before = '', after] = pattern.split('*');
    if (after === undefined) return pattern === module ? targets : [];
    const isMeant =
      module.length >= before.length + after.length &&
      module.startsWith(before) &&
      module.endsWith(after);
    const star = module.slice(before.length, module.length - after.length);
    return isMeant ? targets.map((each) => each.replace('*', () => star)) : [];
  });

/** The texts in a value, however the conditions around them nest. */
function leaves(value: unknown, depth: number): string[] {
  if (isText(value)) return [value];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((each) => leaves(each, depth - 1));
}

/** JSON, and what tsconfig allows besides: comments, and commas at an end. */
function parsed(text: string): Record<string, unknown> {
  const plain = text
    .replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (each) =>
      each.startsWith('"') ? each : ' ',
    )
    .replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (each) => (each === ',' ? '' : each));
  try {
    const value: unknown = JSON.parse(plain);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

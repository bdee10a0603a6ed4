import type { Binding, Expr } from '../../language/code.ts';
import type { Project, Settings } from '../../resolve/index.ts';
import type { RuleBook } from '../../rules/index.ts';
import { addressMatcher } from '../addresses/index.ts';

/** Words of files to read: a name, and where that is an everyday one, what sends as well. */
export interface NamesToRead {
  readonly words: Set<string>;
  readonly beside?: readonly string[];
}

/**
 * Names under which addresses of providers, or paths that tell, are kept: constants, fields, the types
 * that have them, functions that make one, and keys of settings. A file that holds no other telling
 * word may use one.
 */
export function addressNames(
  project: Project,
  settings: Settings,
  { providers }: RuleBook,
): NamesToRead[] {
  const match = addressMatcher(providers);
  const variables = new Set(providers.flatMap(({ environment }) => environment));
  const isTelling = (text: string) => variables.has(text) || match(text, '')?.by === 'host';
  const isPath = (text: string) =>
    path.test(text) && match(`/${text.replace(/^\//, '')}`, '') !== undefined;
  const names = settings.entries().flatMap(([key, value]) => (isTelling(value) ? [key] : []));
  const types: string[] = [];
  project.eachFile(({ code }) => {
    for (const binding of code.bindings) {
      const texts = textsIn(binding.value, 4);
      if (!texts.some(isTelling) && !(isKept(binding) && texts.some(isPath))) continue;
      names.push(nameOf(binding));
      types.push(binding.owner ?? '');
    }
  });
  const kept = new Set(names);
  project.eachFile(({ code }) => {
    for (const { value } of code.bindings) names.push(...fieldsOf(value, kept, 3));
  });
  const [common = [], rare = []] = split(names, (name) => name.length >= 6 && !everyday.test(name));
  const holders = types.filter((type) => type.length >= 6);
  return [{ words: new Set(rare) }, { words: new Set([...common, ...holders]), beside: clients }];
}

/** A path that is kept to be joined with a base: `v1/chat/completions`. */
const path = /^\/?[\w{}*-]+(\/[\w{}:.*-]+)+$/;

const split = (names: readonly string[], isRare: (name: string) => boolean): string[][] => [
  names.filter((name) => name.length >= 3 && !isRare(name)),
  names.filter(isRare),
];

/** How usual clients of HTTP are written, in a file that sends to an address under an everyday name. */
const clients = [
  ...['requests.post', 'requests.request', 'httpx.', 'aiohttp', 'urllib.request'],
  ...['fetch(', 'axios', 'http.post', 'got.post', 'ky.post'],
  ...['http.NewRequest', 'http.Post', 'reqwest', 'HttpClient', 'RestTemplate', 'WebClient'],
  ...['OkHttpClient', 'URLRequest', 'Alamofire', 'io.ktor.client'],
];

/** What other files may ask for: a variable within a function they may not. */
const isKept = ({ name, fn }: Binding): boolean =>
  fn === undefined || name === 'return' || name.startsWith('this.');

const nameOf = ({ name, fn }: Binding): string =>
  (name === 'return' && fn ? fn.name : name).replace(/^this\./, '');

/** Fields of a struct that a record of its type sets to a name which holds one (Go). */
function fieldsOf(expr: Expr | undefined, kept: ReadonlySet<string>, depth: number): string[] {
  if (expr?.is !== 'record' || depth === 0) return [];
  return expr.entries.flatMap(([key, value]) => {
    if (value.is === 'record') return fieldsOf(value, kept, depth - 1);
    const isKept = value.is === 'name' || value.is === 'member' ? kept.has(value.name) : false;
    return isKept && expr.type !== undefined ? [key] : [];
  });
}

/** Names that half of all files hold. */
const everyday =
  /^(base[-_]?url|api[-_]?url|endpoint|address|string|default|request|server|return|client|response)$/i;

function textsIn(expr: Expr | undefined, depth: number): string[] {
  if (!expr || depth === 0) return [];
  switch (expr.is) {
    case 'text':
      return expr.parts.flatMap((part) =>
        typeof part === 'string' ? [part] : textsIn(part, depth - 1),
      );
    case 'member':
      return [expr.name];
    case 'list':
      return expr.items.flatMap((item) => textsIn(item, depth - 1));
    case 'record':
      return expr.entries.flatMap(([, value]) => textsIn(value, depth - 1));
    case 'call':
      return [
        ...expr.args.flatMap(({ value }) => textsIn(value, depth - 1)),
        ...textsIn(expr.callee, depth - 1),
      ];
    default:
      return [];
  }
}

import { type CallExpr, type CodeFunction, type Expr, pathOf } from '../../language/code.ts';
import { type Project, type SourceFile, valuesOf } from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';
import type { ProviderRule } from '../../rules/index.ts';

export interface ShapeMatch {
  readonly provider: ProviderRule;
  /** For people: the header or the fields that tell. */
  readonly says: string;
}

/** Tells whose a request is by what it sends, where its address says nothing. */
export type MatchShape = (sent: readonly Expr[], site: Site) => ShapeMatch | undefined;

/** Headers that one provider asks for, and fields of a body that stand together in one record. */
export function shapeMatcher(providers: readonly ProviderRule[], project: Project): MatchShape {
  const headers = new Map(
    providers.flatMap((provider) => provider.headers.map((each) => [each, provider] as const)),
  );
  const bodies = providers.flatMap((provider) =>
    provider.bodies.map((fields) => ({ provider, fields })),
  );
  return (sent, site) => {
    const records = [
      ...sent.flatMap((each) => keysWithin(each, site, project, maxDepth)),
      headersSetOn(sent, site),
    ];
    for (const keys of records)
      for (const key of keys) {
        const provider = headers.get(key.toLowerCase());
        if (provider) return { provider, says: `the header ${key}` };
      }
    for (const keys of records)
      for (const { provider, fields } of bodies)
        if (fields.every((each) => keys.has(each)))
          return { provider, says: `a body with ${fields.join(' and ')}` };
    return undefined;
  };
}

const maxDepth = 6;

/** The keys of each record inside an expression, through variables and what makes text of a record. */
function keysWithin(expr: Expr, site: Site, project: Project, depth: number): Set<string>[] {
  if (depth === 0) return [];
  switch (expr.is) {
    case 'record':
      return [
        new Set([
          ...expr.entries.map(([key]) => (expr.type === undefined ? key : snake(key))),
          ...fieldsOf(expr.type, site, project),
        ]),
        ...expr.entries.flatMap(([, value]) => keysWithin(value, site, project, depth - 1)),
      ];
    case 'call': {
      const set = headerSet(expr);
      return [
        ...(set === undefined ? [] : [new Set([set])]),
        ...(expr.callee.is === 'member' && expr.callee.of.is === 'call'
          ? keysWithin(expr.callee.of, site, project, depth)
          : []),
        ...argumentKeys(expr, site, project, depth),
      ];
    }
    case 'list':
      return expr.items.flatMap((each) => keysWithin(each, site, project, depth - 1));
    case 'text':
      return writtenKeys(expr.parts);
    case 'name':
    case 'member': {
      const found = valuesOf(expr, site, project).flatMap(({ value, at }) =>
        value.is === 'record' || value.is === 'call' || value.is === 'text'
          ? keysWithin(value, at, project, depth - 1)
          : [],
      );
      const set = expr.is === 'name' ? keysSet(expr.name, site) : [];
      return set.length === 0 ? found : [new Set([...set, ...(found[0] ?? [])]), ...found];
    }
    default:
      return [];
  }
}

/** The keys that the function around sets of a variable: `body["model"] = …`, `body.model = …`. */
function keysSet(name: string, { file, fn }: Site): string[] {
  if (!fn) return [];
  const key = new RegExp(`^${name.replaceAll('$', '\\$')}(?:\\.(\\w+)|\\[["'](\\w+)["']\\])`);
  return file.code.bindings.flatMap((binding) => {
    if (binding.fn !== fn || !binding.name.startsWith(name)) return [];
    const [, member, index] = key.exec(binding.name) ?? [];
    return member ?? index ?? [];
  });
}

/** The fields of the codebase's own type that a record is of: those that it leaves out are set later. */
function fieldsOf(type: string | undefined, { file }: Site, project: Project): string[] {
  if (type === undefined || file.language.id !== 'go') return [];
  const owner = type.slice(type.lastIndexOf('.') + 1).replace(/\W/g, '');
  const files = type.includes('.')
    ? project.declaring(owner, file.language)
    : project.neighbours(file);
  return files.flatMap(({ code }) =>
    code.bindings.flatMap((each) =>
      each.owner === owner && each.name.startsWith('this.')
        ? [snake(each.name.slice('this.'.length))]
        : [],
    ),
  );
}

/** The keys of a text that is JSON, whatever it is filled with. */
function writtenKeys(parts: readonly (string | Expr)[]): Set<string>[] {
  const written = writtenIn(parts);
  if (!/^\s*\{/.test(written)) return [];
  const keys = [...written.matchAll(/\\?"([a-zA-Z_]+)\\?"\s*:/g)].map(([, key = '']) => key);
  return keys.length > 0 ? [new Set(keys)] : [];
}

const writtenIn = (parts: readonly (string | Expr)[]): string =>
  parts
    .map((each) =>
      typeof each === 'string' ? each : each.is === 'text' ? writtenIn(each.parts) : '0',
    )
    .join('');

/** A field of Go as its body is usually written: `MaxTokens` is `max_tokens`. */
const snake = (key: string): string =>
  /^[A-Z]/.test(key) ? key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase() : key;

const argumentKeys = (
  { args, callee }: CallExpr,
  site: Site,
  project: Project,
  depth: number,
): Set<string>[] => {
  const isSame = encoders.test(pathOf(callee).at(-1) ?? '');
  return args.flatMap(({ value }) => keysWithin(value, site, project, isSame ? depth : depth - 1));
};

/** Calls that make bytes or a text of what they are given. */
const encoders = /^(Marshal|NewBuffer|NewBufferString|NewReader|stringify|dumps|to_vec|to_string)$/;

/** `req.Header.Set("anthropic-version", …)`: the headers that are set on a request before it is sent. */
function headersSetOn(sent: readonly Expr[], { file, fn }: Site): Set<string> {
  const names = new Set(
    sent
      .flatMap((each) => (each.is === 'call' ? each.args.map(({ value }) => value) : [each]))
      .flatMap((each) => (each.is === 'name' ? [each.name] : [])),
  );
  return new Set(
    headersSetIn(file).flatMap((each) =>
      each.fn === fn && names.has(each.object) ? [each.header] : [],
    ),
  );
}

interface HeaderSet {
  readonly object: string;
  readonly fn: CodeFunction | undefined;
  readonly header: string;
}

const headersSet = new WeakMap<SourceFile, readonly HeaderSet[]>();

function headersSetIn(file: SourceFile): readonly HeaderSet[] {
  const known =
    headersSet.get(file) ??
    file.code.calls.flatMap(({ expr, fn }): HeaderSet[] => {
      const [object = '', field = '', action = '', ...more] = pathOf(expr.callee);
      const isSetter = /^headers?$/i.test(field) && /^(set|add|append|insert)$/i.test(action);
      const [key] = expr.args;
      const [header] = key?.value.is === 'text' ? key.value.parts : [];
      if (!isSetter || more.length > 0 || typeof header !== 'string') return [];
      return [{ object, fn, header: header.toLowerCase() }];
    });
  headersSet.set(file, known);
  return known;
}

/** `.header("anthropic-version", …)` */
function headerSet({ callee, args: [key] }: CallExpr): string | undefined {
  const isSetter =
    callee.is === 'member' && /^(set|add|with)?_?header$|^set$|^insert$/i.test(callee.name);
  const [part] = key?.value.is === 'text' ? key.value.parts : [];
  return isSetter && typeof part === 'string' ? part : undefined;
}

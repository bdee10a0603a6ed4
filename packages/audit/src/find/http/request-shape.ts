import { type CallExpr, type Expr, pathOf } from '../../language/code.ts';
import { type Project, valuesOf } from '../../resolve/index.ts';
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
    const records = sent.flatMap((each) => keysWithin(each, site, project, maxDepth));
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
        new Set(expr.entries.map(([key]) => (expr.type === undefined ? key : snake(key)))),
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
    case 'name':
    case 'member': {
      const found = valuesOf(expr, site, project).flatMap(({ value, at }) =>
        value.is === 'record' || value.is === 'call'
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

/** `.header("anthropic-version", …)` */
function headerSet({ callee, args: [key] }: CallExpr): string | undefined {
  const isSetter =
    callee.is === 'member' && /^(set|add|with)?_?header$|^set$|^insert$/i.test(callee.name);
  const [part] = key?.value.is === 'text' ? key.value.parts : [];
  return isSetter && typeof part === 'string' ? part : undefined;
}

import { type Binding, type CallExpr, type Expr, text } from '../../language/code.ts';
import {
  type Given,
  type Project,
  type Settings,
  type SourceFile,
  textsOf,
  valuesOf,
} from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';

/**
 * The base addresses that the client of a call was made with: `axios.create({ baseURL })`,
 * `httpx.Client(base_url=…)`, `OpenAI(base_url=…)`, `option.WithBaseURL(…)`, `client.BaseAddress = …`.
 * None where it has none, or only running would tell.
 */
export function baseAddressesOf(
  callee: Expr,
  site: Site,
  project: Project,
  settings: Settings,
): string[] {
  if (callee.is !== 'member') return [];
  for (let at: Expr = callee.of; ; ) {
    const found = basesOf(at, site, project).flatMap(({ value, at: where }) =>
      textsOf(value, where, project, settings).map(withScheme),
    );
    if (found.length > 0) return [...new Set(found)];
    if (at.is === 'member') at = at.of;
    else if (at.is === 'call') at = at.callee;
    else return [];
  }
}

/** An address on a base; one that is whole stands by itself. */
export const addressOnBase = (base: string, address: string): string =>
  isWhole.test(address) ? address : `${base.replace(/\/$/, '')}/${address.replace(/^\//, '')}`;

const isWhole = /^\w+:\/\//;

/** Whether the client of a call is one of several, made with a base and without. */
export function mayHaveNoBase(callee: Expr, site: Site, project: Project): boolean {
  for (let at = callee; at.is === 'member' || at.is === 'call'; ) {
    at = at.is === 'member' ? at.of : at.callee;
    const made = valuesOf(at, site, project).flatMap(({ value, at: where }) =>
      value.is === 'call' ? [basesIn(value, where, project, 3).length > 0] : [],
    );
    if (made.includes(true)) return made.includes(false) && assignedTo(at, site).length === 0;
  }
  return false;
}

function basesOf(receiver: Expr, site: Site, project: Project): Given[] {
  const assigned = assignedTo(receiver, site);
  if (assigned.length > 0) return assigned;
  return valuesOf(receiver, site, project).flatMap(({ value, at }) =>
    value.is === 'call' ? basesIn(value, at, project, 3) : [],
  );
}

/** What a call that makes a client says of its base, in arguments, options, and setters of a chain. */
function basesIn(call: CallExpr, at: Site, project: Project, depth: number): Given[] {
  const setter = call.callee.is === 'member' || call.callee.is === 'name' ? call.callee.name : '';
  const [first] = call.args;
  if (isBaseKey(setter) && first) return [{ value: first.value, at }];
  if (connects.test(setter) && first) return [{ value: text('https://', first.value), at }];
  const given = call.args.flatMap(({ name, value }) =>
    name !== undefined && isBaseKey(name)
      ? [{ value, at }, ...basesInside(value, at, project, depth - 1)]
      : basesInside(value, at, project, depth - 1),
  );
  if (given.length > 0 || call.callee.is !== 'member') return given;
  return call.callee.of.is === 'call' ? basesIn(call.callee.of, at, project, depth) : [];
}

function basesInside(value: Expr, at: Site, project: Project, depth: number): Given[] {
  if (depth < 0) return [];
  switch (value.is) {
    case 'record':
      return value.entries.flatMap(([key, each]) =>
        isBaseKey(key)
          ? [{ value: each, at }]
          : key === '...'
            ? basesInside(each, at, project, depth - 1)
            : [],
      );
    case 'call':
      return basesIn(value, at, project, depth);
    case 'name':
    case 'member': {
      const assigned = assignedTo(value, at);
      if (assigned.length > 0) return assigned;
      return valuesOf(value, at, project).flatMap((each) =>
        each.value.is === 'record' || each.value.is === 'call'
          ? basesInside(each.value, each.at, project, depth - 1)
          : [],
      );
    }
    default:
      return [];
  }
}

/** `config.BaseURL = …`, of an object that a name stands for. */
function assignedTo(object: Expr, { file, fn, owner }: Site): Given[] {
  const name =
    object.is === 'name' ? object.name : object.is === 'member' ? `this.${object.name}` : '';
  if (name === '') return [];
  return settersIn(file).flatMap(({ name: bound, value, fn: where, owner: of }) => {
    if (!value) return [];
    const target = bound.slice(0, bound.lastIndexOf('.')).replace(/\.defaults$/, '');
    return target === name &&
      (where === undefined || where === fn || (of !== undefined && of === owner))
      ? [{ value, at: { file, fn: where, owner: of } }]
      : [];
  });
}

/** `host: "api.groq.com"` is an address whose scheme goes without saying. */
const withScheme = (text: string): string =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/i.test(text) ? `https://${text}` : text;

/** Clients that are made for a host, without its scheme: Python's `HTTPSConnection('api.x.com')`. */
const connects = /^HTTPS?Connection$/;

const setters = new WeakMap<SourceFile, readonly Binding[]>();

/** Where a file sets a base address of an object. */
function settersIn(file: SourceFile): readonly Binding[] {
  const known =
    setters.get(file) ??
    file.code.bindings.filter(({ name }) => {
      const dot = name.lastIndexOf('.');
      return dot >= 0 && isBaseKey(name.slice(dot + 1));
    });
  setters.set(file, known);
  return known;
}

/** Names of options and setters that hold a base address, whatever their case and underscores. */
const isBaseKey = (key: string): boolean => baseKeys.test(key.replaceAll(/[-_]/g, ''));

const baseKeys =
  /^(set|with)?(base(url|uri|address|path)?|prefixurl|rooturl|api(base|baseurl|url|host|endpoint)|openaiapibase|azureendpoint|endpoint|serverurl|httpoptions|host)$/i;

import { type Expr, member } from '../../language/code.ts';
import type { Project } from '../../resolve/index.ts';
import { valuesOf } from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';

/** What a callee stands for, with where its names hold. */
export interface Meaning {
  readonly callee: Expr;
  readonly at: Site;
}

/**
 * Clients inside clients: of `ask.chat.create()`, where `ask = Instructor({ client: openai })`, also
 * `openai.chat.create()`. Libraries that observe, retry or check give what they are given.
 */
export function insideClients(callee: Expr, site: Site, project: Project): Meaning[] {
  const rest: string[] = [];
  for (let at = callee; at.is === 'member'; at = at.of) {
    rest.unshift(at.name);
    const given = valuesOf(at.of, site, project).flatMap(({ value, at: where }) =>
      value.is === 'call'
        ? value.args
            .flatMap((each) => clientsIn(each.value))
            .map((client) => ({
              callee: rest.reduce(member, client),
              at: where,
            }))
        : [],
    );
    if (given.length > 0) return given;
  }
  return [];
}

/** An argument that may be a client, or an option that is one. */
function clientsIn(value: Expr): Expr[] {
  switch (value.is) {
    case 'name':
    case 'member':
    case 'call':
      return [value];
    case 'record':
      return value.entries.flatMap(([, each]) => (each.is === 'record' ? [] : clientsIn(each)));
    default:
      return [];
  }
}

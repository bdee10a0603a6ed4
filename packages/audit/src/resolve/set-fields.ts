import type { Expr } from '../language/code.ts';
import type { Given } from './arguments.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';

/** More settings of one field say nothing together. */
const maxSet = 4;
const maxDepth = 4;

/**
 * What a field of a type is set to where records of the type are made, in whatever function:
 * `return Config{URL: defaultURL}` (Go). Of a type that nothing tells, what any type's is.
 */
export function fieldSet(
  type: string | undefined,
  field: string,
  project: Project,
): readonly Given[] {
  let known = made.get(project);
  if (!known) {
    known = setIn(project);
    made.set(project, known);
  }
  return known.get(`${type ?? ''}.${field}`) ?? [];
}

const made = new WeakMap<Project, Map<string, Given[]>>();

function setIn({ files }: Project): Map<string, Given[]> {
  const found = new Map<string, Given[]>();
  const look = (expr: Expr, at: Site, depth: number): void => {
    if (expr.is !== 'record' || depth === 0) return;
    const type = /(\w+)$/.exec(expr.type ?? '')?.[1];
    for (const [key, value] of expr.entries) {
      look(value, at, depth - 1);
      if (type === undefined || !isTelling(value)) continue;
      for (const each of [type, '']) {
        const before = found.get(`${each}.${key}`) ?? [];
        if (before.length < maxSet) found.set(`${each}.${key}`, [...before, { value, at }]);
      }
    }
  };
  for (const file of files) {
    if (file.language.id !== 'go') continue;
    for (const { value, fn, owner } of file.code.bindings)
      if (value) look(value, { file, fn, owner }, maxDepth);
    for (const { expr, fn, owner } of file.code.calls)
      for (const { value } of expr.args) look(value, { file, fn, owner }, maxDepth);
  }
  return found;
}

const isTelling = ({ is }: Expr): boolean => is === 'text' || is === 'name' || is === 'member';

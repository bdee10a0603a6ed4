import { type CodeFunction, type Expr, pathOf } from '../language/code.ts';
import type { Project } from './project.ts';
import type { FollowedCall, Site } from './site.ts';

/** An argument that is given somewhere, and where. */
export interface Given {
  readonly value: Expr;
  readonly at: Site;
}

/** More callers say nothing new. */
const maxCallers = 8;

/**
 * What callers give for a function's parameter: calls of its name, or of its class where it is a
 * constructor, and calls that are handed the function and then its arguments.
 */
export function argumentsFor(fn: CodeFunction, param: string, project: Project): Given[] {
  const called = isConstructor(fn) && !/^new/i.test(fn.name) ? fn.owner : fn.name;
  if (called === undefined || called === '') return [];
  const isOfType = isNamedByType(fn);
  const index = placeOf(param, fn);
  return project
    .callsOf(called)
    .slice(0, maxCallers)
    .flatMap(({ file, call }): Given[] => {
      const { args, callee } = call.expr;
      const named = args.find(({ name }) => name === param);
      if (isOfType && !namesType(callee, fn.owner, call.owner)) return [];
      const handed = args.findIndex(({ value }) => nameOf(value) === called);
      const first = nameOf(callee) === called ? 0 : handed + 1;
      const value = (named ?? args[first + index])?.value;
      return value ? [{ value, at: { file, fn: call.fn, owner: call.owner } }] : [];
    });
}

/** What one call gives for a parameter of the function that it means. */
export function argumentOf({ fn, args }: FollowedCall, param: string): Expr | undefined {
  const place = placeOf(param, fn);
  const named = args.find(({ name }) => name === param);
  return (named ?? (place < 0 ? undefined : args[place]))?.value;
}

/** Where a parameter's argument stands; Python's methods name their object too. */
function placeOf(param: string, { params }: CodeFunction): number {
  const isMethod = /^(self|cls)$/.test(params[0]?.name ?? '');
  return params.findIndex(({ name }) => name === param) - (isMethod ? 1 : 0);
}

/** What makes an object: what it is given belongs to the object. */
export const isConstructor = ({ name, owner }: CodeFunction): boolean =>
  /^(constructor|__init__|init|new|New\w*)$/.test(name) || (name !== '' && name === owner);

/** `Type::new(…)`: what other types' `new` are given is nothing to this one. */
const isNamedByType = ({ name, owner }: CodeFunction): boolean =>
  name === 'new' && owner !== undefined;

function namesType(callee: Expr, owner: string | undefined, around: string | undefined): boolean {
  const type = pathOf(callee).at(-2);
  return type === owner || (type === 'Self' && around === owner);
}

const nameOf = (expr: Expr): string =>
  expr.is === 'name' || expr.is === 'member' ? expr.name : '';

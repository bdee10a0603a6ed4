import type { Expr } from '../language/code.ts';
import type { Project } from './project.ts';

/** What an expression comes from: something of a module that is not the codebase's own. */
export interface Origin {
  readonly module: string;
  /** Names after the module; calls leave no mark in it: `openai.OpenAI().chat` is `OpenAI`, `chat`. */
  readonly path: readonly string[];
  /** The name may as well come from elsewhere: its module opens all its names (`using`, `import *`). */
  readonly opened: boolean;
}

/** Before the path of a file of the codebase, where a module's name would stand. */
const own = 'own:';

/** The file of the codebase that an origin is in, if it is in one. */
export const ownFile = ({ module }: Pick<Origin, 'module'>): string | undefined =>
  module.startsWith(own) ? module.slice(own.length) : undefined;

/** The codebase’s own file at a path, where a module would stand. */
export const moduleOf = (path: string): string => `${own}${path}`;

/** Whether methods of a type may be what a call on a receiver means, of which the codebase's type is known. */
export function isOfReceiver(
  callee: Expr,
  origins: readonly Origin[],
  project: Project,
): (owner: string | undefined) => boolean {
  const types = new Set(
    origins.flatMap((origin) => (ownFile(origin) === undefined ? [] : origin.path.slice(0, -1))),
  );
  if (callee.is !== 'member' || types.size === 0) return () => true;
  return (owner) =>
    owner === undefined ||
    [...types].some((type) => type === owner || project.mayStandFor(owner, type, callee.name));
}

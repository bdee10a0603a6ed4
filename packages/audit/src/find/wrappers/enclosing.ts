import type { CodeFunction } from '../../language/code.ts';
import { keepsForLater } from './registers.ts';

/** The named function around a place, if what stands there runs when that is called. */
export function enclosing(fn: CodeFunction | undefined): CodeFunction | undefined {
  for (let at = fn; at; at = at.outer) {
    if (at.name !== '') return at;
    if (at.handedTo && keepsForLater(at.handedTo)) return undefined;
  }
  return undefined;
}

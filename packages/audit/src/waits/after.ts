import type { CallSite, CodeFunction } from '../language/code.ts';
import { lineOf, linesOf, type SourceFile } from '../resolve/index.ts';
import type { SyncSign } from './sign.ts';

/**
 * Whether a function names a conversation, or says what may be asked next, once the answer is there:
 * it gives nothing back to a caller, so nobody waits for it.
 */
export function afterSign(fn: CodeFunction, file: SourceFile): SyncSign | undefined {
  // Where a function says whether it may be waited for, one that does not is waited for.
  if (file.language.id === 'python' && !fn.isAsync) return undefined;
  if (!titles.test(fn.name) || (fn.isAsync && /^summari/.test(fn.name)) || fn.marks.length > 0)
    return undefined;
  if (!/^(|void|Unit|None|Job|Promise<void>|Task)$/.test((fn.result ?? '').replace(/^[:\s]+/, '')))
    return undefined;
  if (givesItself.test(lineOf(file, fn.line))) return undefined;
  if (gives.test(linesOf(file, fn.line, fn.endLine))) return undefined;
  return {
    sync: 'background',
    sign: `${fn.name} gives nothing back to who asked`,
    weight: 'declared',
  };
}

const titles =
  /^_*(auto_?)?(re)?(generate|summari[sz]e|suggest|create|update|refresh|name|set)_?\w*(title|topic|chat_?name|conversation_?name|session_?name|suggestions?|follow_?ups?)(_?(If|for)_?\w+)?$|^summari[sz]e(Session|Conversation|Chat)$/i;

/** It gives a value, which is more than an end. */
const gives = /^\s*return +(?!;|undefined\b|null\b|None\b|nil\b)[^\s;}]/m;

/** Its body is one expression. */
const givesItself = /=>\s*[^\s{]/;

/** Whether what a call starts is thrown away, where a language says so: `_ = AskAsync();`. */
export const discardSign = ({ expr }: CallSite, file: SourceFile): SyncSign | undefined =>
  file.language.id === 'csharp' && /^\s*_ = (?!await\b)/.test(lineOf(file, expr.line))
    ? { sync: 'background', sign: 'what it starts is thrown away', weight: 'declared' }
    : undefined;

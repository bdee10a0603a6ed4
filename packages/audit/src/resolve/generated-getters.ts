import { type Expr, type MemberExpr, member } from '../language/code.ts';
import type { LanguageId } from '../language/languages.ts';

/**
 * The field that a method gives which a tool writes, or the language: of `params.getModel()` it is
 * `params.model` (Lombok and its kin), and so it is of a record's `params.model()`. For calls of
 * which no code of the codebase says what they give.
 */
export function fieldAskedBy(callee: Expr, language: LanguageId): MemberExpr | undefined {
  if (!/^(java|kotlin)$/.test(language) || callee.is !== 'member') return undefined;
  const [, first, rest = ''] = /^(?:get|is)([A-Z])(\w*)$/.exec(callee.name) ?? [];
  const field = first === undefined ? callee.name : `${first.toLowerCase()}${rest}`;
  return member(callee.of, field);
}

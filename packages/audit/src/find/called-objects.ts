import { type CallExpr, type Expr, member } from '../language/code.ts';
import type { LanguageId } from '../language/languages.ts';

/** The method that a language calls where an object itself is called: `useCase(prompt)`. */
const callable: Readonly<Partial<Record<LanguageId, string>>> = {
  kotlin: 'invoke',
  swift: 'callAsFunction',
  python: '__call__',
};

/** Whether a method is what runs when its object is called. */
export const isCallOperator = (name: string): boolean =>
  /^(invoke|callAsFunction|__call__)$/.test(name);

/** The method that is meant should a call's callee be an object: of `ask(q)` it is `ask.invoke`. */
export function operatorOf({ callee }: CallExpr, language: LanguageId): Expr | undefined {
  const operator = callable[language];
  if (operator === undefined || (callee.is !== 'name' && callee.is !== 'member')) return undefined;
  return callee.name === operator ? undefined : member(callee, operator);
}

import type { Coupling } from '../find/index.ts';
import type { Finding } from '../finding.ts';
import { type CallSite, type CodeFunction, type Expr, pathOf } from '../language/code.ts';

/** Words in names that say that a value is about a person (GDPR art. 4(1), 9(1)), in parts of a name. */
const signs: ReadonlySet<string> = new Set(
  `user users customer customers patient patients employee employees student students member person people
  profile account email mail phone mobile address birthday birthdate dob ssn passport gender age salary
  medical health diagnosis symptom symptoms prescription clinical resume cv candidate applicant
  transcript recording face selfie fingerprint biometric
  location gps latitude longitude contact contacts child children name firstname lastname fullname
  username iban card payment invoice journal diary note notes letter inbox`.split(/\s+/),
);

/** Too common in names to say anything by themselves; in a route they do. */
const weak: ReadonlySet<string> = new Set([
  'name',
  'user',
  'address',
  'contact',
  'location',
  'age',
]);

/** Signs that what is sent is about a person, with where each stands. */
export function personalSigns({ call, file }: Coupling): Finding['personal'] {
  const found = new Map<string, number>();
  const look = (name: string, line: number, strong: boolean) => {
    for (const word of wordsOf(name)) {
      if (!signs.has(word) || (!strong && weak.has(word))) continue;
      if (!found.has(name)) found.set(name, line);
    }
  };
  for (const name of namesIn(call)) look(name, call.expr.line, false);
  for (let fn: CodeFunction | undefined = call.fn; fn; fn = fn.outer) {
    look(fn.name, fn.line, false);
    for (const { name } of fn.params)
      for (const each of namesOfPattern(name)) look(each, fn.line, false);
    for (const mark of fn.marks)
      for (const [route] of mark.matchAll(/["'][^"']*["']/g))
        for (const part of routeParts(route)) look(part, fn.line, true);
    const route = fn.handedTo?.args[0]?.value;
    if (route?.is === 'text')
      for (const part of routeParts(textOf(route))) look(part, fn.line, true);
  }
  for (const part of file.path.split(/[/.]/)) look(part, 1, false);
  return [...found].map(([sign, line]) => ({ sign, line }));
}

/** A parameter may be taken apart where it is declared: `{ email, language = 'en' }`. */
const namesOfPattern = (pattern: string): readonly string[] =>
  pattern.replaceAll(/'[^']*'|"[^"]*"|`[^`]*`/g, '').match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];

/** `userEmail`, `user_email` and `UserEmail` hold `user` and `email`. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);

const routeParts = (text: string): string[] => text.match(/[A-Za-z_]{3,}/g) ?? [];

const textOf = (expr: Expr): string =>
  expr.is === 'text' ? expr.parts.filter((part) => typeof part === 'string').join('') : '';

function namesIn({ expr }: CallSite): Set<string> {
  const names = new Set<string>();
  const look = (each: Expr) => {
    if (each.is === 'name') names.add(each.name);
    else if (each.is === 'member') {
      for (const part of pathOf(each).slice(-2)) names.add(part);
    } else if (each.is === 'text') {
      for (const part of each.parts) if (typeof part !== 'string') look(part);
    } else if (each.is === 'record') for (const [, value] of each.entries) look(value);
    else if (each.is === 'list') each.items.forEach(look);
    else if (each.is === 'call') for (const { value } of each.args) look(value);
  };
  for (const { value } of expr.args) look(value);
  return names;
}

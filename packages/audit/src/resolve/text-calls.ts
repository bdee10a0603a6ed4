import { type CallExpr, type MemberExpr, member } from '../language/code.ts';
import type { LanguageId } from '../language/languages.ts';
import { hole } from './hole.ts';
import type { Site } from './site.ts';

/** A request that is made here, and sent elsewhere, holds its address. */
export function isRequest(path: readonly string[], { file }: Site): boolean {
  if (path.some((part) => requests.test(part))) return true;
  return path.some((part) => makers[file.language.id]?.test(part) === true);
}

/** Names that make a request in some languages, and anything in others. */
const makers: Partial<Record<LanguageId, RegExp>> = {
  rust: /^(post|get|put|request|uri|url)$/,
  java: /^(post|get|put|request|uri|url)$/,
  kotlin: /^(post|get|put|request|uri|url)$/,
  python: /^(Request|HTTPRequest)$/,
};

const requests =
  /^(URLRequest|NewRequest|NewRequestWithContext|HttpRequestMessage|RestRequest|HttpPost|HttpGet|HttpRequest|build_request|newCall|RequestBuilder|newBuilder)$/;

/** Calls whose text is their argument's or their object's. */
export const keepsText =
  /^(URL|Uri|URI|Url|create|parse|Parse|ParseRequestURI|MustParse|of|from|valueOf|toString|to_string|to_owned|into|String|str|strip|rstrip|trim|trimEnd|TrimEnd|TrimRight|TrimSuffix|unwrap|unwrap_or|unwrap_or_else|getOrElse|getOrDefault|orElse|expect|format|Format|formatted|urljoin|urlJoin|url_join|urlcat|joinURL|joinUrl|join|JoinPath|resolve|appendingPathComponent|appending|Field|clone|as_str|toHttpUrl|get|replace|replaceAll|removesuffix|slice|substring|toLowerCase)$/;

/** Calls that leave out or replace a little of their object. */
export const trims =
  /^([rl]?strip|trim\w*|Trim\w*|slice|substring|toLowerCase|replace(All)?|removesuffix|removeprefix|removesuffix)$/;

/** What `table.get('key')` gives, as the member that it is; an address is no key. */
export function lookedUp({ callee, args: [key] }: CallExpr): MemberExpr | undefined {
  if (callee.is !== 'member' || callee.name !== 'get' || !key || key.name !== undefined)
    return undefined;
  if (key.value.is === 'name') return member(callee.of, key.value.name);
  const [part] = key.value.is === 'text' && key.value.parts.length === 1 ? key.value.parts : [];
  return typeof part === 'string' && !/[/:]/.test(part) ? member(callee.of, part) : undefined;
}

/** `"{}/v1/{}".format(a, b)`. */
export function filled(template: string, given: readonly (string | undefined)[]): string {
  let next = 0;
  return template.replace(/\{[^{}]*\}/g, () => given[next++] ?? hole);
}

/** Calls that give their argument where there is nothing else. */
export const alternatives =
  /^(unwrap|expect|unwrap_or|unwrap_or_else|getOrElse|getOrDefault|orElse)$/;

export const joinerOf = (name: string): string =>
  /^(join|JoinPath|resolve|appendingPathComponent|urljoin|appending)$/.test(name) ? '/' : '';

/** Functions that join all of their arguments to one address. */
export const joinsAll = /^(urlJoin|url_join|urlcat|joinURL|joinUrl|JoinPath)$/;

export const joined = (start: string, end: string): string =>
  /^[?#&:]/.test(end) ? start + end : `${start.replace(/\/$/, '')}/${end.replace(/^\//, '')}`;

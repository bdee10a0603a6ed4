/** As much of the C preprocessor as kernel registrations use. */

interface Macro {
  readonly parameters: readonly string[];
  readonly body: string;
}

/** A text with its own function-like macros expanded and their definitions gone. */
export function expandMacros(text: string): string {
  const joined = withoutComments(text).replace(/\\\r?\n/g, ' ');
  const macros = new Map<string, Macro>();
  const rest = joined.replace(
    /^[ \t]*#define (\w+)\(([^)]*)\)(.*)$/gm,
    (_, name: string, parameters: string, body: string) => {
      macros.set(name, { parameters: splitArguments(parameters), body });
      return '';
    },
  );
  return expand(rest, macros, 0);
}

function expand(text: string, macros: ReadonlyMap<string, Macro>, depth: number): string {
  if (macros.size === 0 || depth > 4) return text;
  const names = new RegExp(`\\b(?:${[...macros.keys()].join('|')})\\b`, 'g');
  let result = '';
  let done = 0;
  for (const { name, arguments: given, start, end } of callsIn(text, names)) {
    if (start < done) continue;
    const { parameters, body } = macros.get(name)!;
    result +=
      text.slice(done, start) + expand(substitute(body, parameters, given), macros, depth + 1);
    done = end;
  }
  return result + text.slice(done);
}

function substitute(body: string, parameters: readonly string[], given: readonly string[]): string {
  let text = body;
  for (const [at, parameter] of parameters.entries()) {
    const value = parameter === '...' ? given.slice(at).join(', ') : (given[at] ?? '');
    const name = parameter === '...' ? '__VA_ARGS__' : parameter;
    text = text.replace(new RegExp(`\\b${name}\\b`, 'g'), () => value);
  }
  return text.replace(/\s*##\s*/g, '');
}

export interface Call {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Calls of the named functions or macros, with their arguments as text. */
export function* callsIn(text: string, names: RegExp): Generator<Call> {
  for (const match of text.matchAll(names)) {
    const open =
      match.index +
      match[0].length +
      /^\s*/.exec(text.slice(match.index + match[0].length))![0].length;
    if (text[open] !== '(') continue;
    const end = closing(text, open);
    yield {
      name: match[0],
      arguments: splitArguments(text.slice(open + 1, end)),
      start: match.index,
      end: end + 1,
    };
  }
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  return text.length;
}

/** Splits at commas outside every kind of bracket and string. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let [depth, from, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"' && text[at - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if ('([{<'.includes(sign)) depth++;
    if (')]}>'.includes(sign)) depth--;
    if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' && parts.length === 0 ? [] : [...parts, last];
}

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/[^\n]*/g, '');

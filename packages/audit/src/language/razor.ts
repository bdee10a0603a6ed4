/**
 * The C# of a Razor component or page (`@using`, `@inject`, `@code`, `@functions`), as the class that
 * it becomes, with blanks for the markup: lines stay where they are.
 *
 * @param source the file's text
 * @param file its path; the class is called as it is
 */
export function razorCodeOf(source: string, file: string): string {
  const name = (file.split('/').at(-1) ?? '').replace(/\.\w+$/, '').replaceAll(/\W/g, '_');
  const fields = [...source.matchAll(/^\s*@inject\s+([\w.<>, ?]+?)\s+(\w+)\s*;?\s*$/gm)]
    .map(([, type, field]) => `${type} ${field};`)
    .join(' ');
  const parts: string[] = [];
  let at = 0;
  let isFirst = true;
  for (const { open, from, to } of blocksIn(source)) {
    parts.push(usingsOf(source.slice(at, open)), usingsOf(source.slice(open, from)));
    parts.push(
      `partial class ${name} {${isFirst ? ` ${fields}` : ''}`,
      withoutTemplates(source.slice(from, to)),
      '}',
    );
    isFirst = false;
    at = to + 1;
  }
  return [...parts, usingsOf(source.slice(at))].join('');
}

/** Markup with nothing left but its `@using` lines. */
const usingsOf = (markup: string): string =>
  markup.replaceAll(/[^\r\n]+/g, (line) => {
    const using = /^\s*@using\s+((?:static\s+)?[\w.]+)\s*;?\s*$/.exec(line.replace(/^\uFEFF/, ''));
    return using ? `using ${using[1]};` : '';
  });

/** Markup among code (`ds => @<Dialog Of="@story"></Dialog>`) is a value that nothing is known of. */
function withoutTemplates(code: string): string {
  const parts: string[] = [];
  let at = 0;
  const next = /@<([A-Za-z][\w.]*)/g;
  for (let begin = next.exec(code); begin; begin = next.exec(code)) {
    const end = endOfElement(code, begin.index + 1, begin[1] ?? '');
    parts.push(
      code.slice(at, begin.index),
      'null',
      code.slice(begin.index, end).replaceAll(/[^\r\n]/g, ''),
    );
    at = end;
    next.lastIndex = end;
  }
  return [...parts, code.slice(at)].join('');
}

/** Behind the tag that closes an element, those of its name inside it aside. */
function endOfElement(code: string, from: number, name: string): number {
  const tag = new RegExp(
    `<(/?)${name.replaceAll('.', '\\.')}(?![\\w.])(?:[^>"]|"[^"]*")*?(/?)>`,
    'g',
  );
  tag.lastIndex = from;
  let depth = 0;
  for (let found = tag.exec(code); found; found = tag.exec(code)) {
    if (found[1] === '/') depth--;
    else if (found[2] !== '/') depth++;
    if (depth <= 0) return tag.lastIndex;
  }
  return code.length;
}

interface Block {
  /** Where `@code` stands, and its first and last character inside the braces, the last excluded. */
  readonly open: number;
  readonly from: number;
  readonly to: number;
}

function blocksIn(source: string): Block[] {
  const found: Block[] = [];
  const next = /^[ \t]*@(?:code|functions)\s*\{/gm;
  for (let begin = next.exec(source); begin; begin = next.exec(source)) {
    const from = begin.index + begin[0].length;
    const to = closeOf(source, from);
    found.push({ open: begin.index, from, to });
    next.lastIndex = to;
  }
  return found;
}

/** Where the brace closes that is open before a place; texts, characters and comments hold none. */
function closeOf(source: string, from: number): number {
  const next =
    /"""[\s\S]*?"""|[$@]*@[$@]*"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|@\*[\s\S]*?\*@|[{}]/g;
  next.lastIndex = from;
  let depth = 1;
  for (let token = next.exec(source); token; token = next.exec(source)) {
    if (token[0] === '{') depth++;
    else if (token[0] === '}' && --depth === 0) return token.index;
  }
  return source.length;
}

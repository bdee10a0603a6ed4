/**
 * The scripts of a component (Vue, Svelte), with everything around them blank: a parser of scripts
 * reads the rest, and lines stay where they are.
 */
export const scriptsOf = (source: string): string => onlyWithin(source, scriptsIn(source, 0));

/** The same of Astro, whose component may begin with a script between two `---`. */
export function astroScriptsOf(source: string): string {
  const fence = /^\s*---[ \t]*\r?\n/.exec(source)?.[0].length;
  if (fence === undefined) return scriptsOf(source);
  const close = source.slice(fence).search(/^---[ \t]*$/m);
  const end = close < 0 ? source.length : fence + close;
  return onlyWithin(source, [[fence, end], ...scriptsIn(source, end)]);
}

type Range = readonly [from: number, to: number];

/** Where scripts are, comments aside; one pass, however little of it closes. */
function scriptsIn(source: string, from: number): Range[] {
  const found: Range[] = [];
  const next = /<!--|<script(?=[\s>])/gi;
  next.lastIndex = from;
  for (let begin = next.exec(source); begin; begin = next.exec(source)) {
    if (begin[0] === '<!--') {
      const end = source.indexOf('-->', begin.index);
      if (end < 0) break;
      next.lastIndex = end;
      continue;
    }
    tag.lastIndex = begin.index;
    const open = tag.exec(source)?.[0];
    if (open === undefined) break;
    closing.lastIndex = begin.index + open.length;
    const end = closing.exec(source)?.index ?? source.length;
    if (!isData.test(open)) found.push([begin.index + open.length, end]);
    next.lastIndex = end;
  }
  return found;
}

/** An attribute may hold a `>`: `generic="T extends Map<string, U>"`. */
const tag = /<script(?:[^>"']|"[^"]*"|'[^']*')*>/iy;
const closing = /<\/script/gi;
const isData = /\stype\s*=\s*["']?[^"'\s>]*(json|importmap|template|shader|glsl|speculation)/i;

function onlyWithin(source: string, ranges: readonly Range[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    parts.push(blank(source.slice(at, from)), source.slice(from, to));
    at = to;
  }
  return [...parts, blank(source.slice(at))].join('');
}

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

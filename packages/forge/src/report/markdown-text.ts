/**
 * Text of a model, a path or another program inside Markdown (CommonMark 0.31): names of nodes may
 * hold anything, and a report is read in pull requests, where Markdown may hold HTML.
 */

/** As code, on one line: the fence is longer than any run of backticks within (section 6.1). */
export function codeSpan(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** As prose, on one line: what would be markup is escaped (section 2.4). */
export const plainText = (text: string): string =>
  oneLine(text).replace(/[\\`*<>[\]|]/g, (mark) => `\\${mark}`);

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

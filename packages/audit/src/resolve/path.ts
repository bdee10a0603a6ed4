/** What stands before a path's last `/`. */
export const directoryOf = (path: string): string =>
  path.slice(0, Math.max(path.lastIndexOf('/'), 0));

/** Joins and normalises; both sides are relative with `/`. */
export function join(directory: string, path: string): string {
  const parts = directory === '' ? [] : directory.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

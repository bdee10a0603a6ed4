/**
 * The file name for a tensor's name: what a file name can't hold becomes `_`
 * (the union of what POSIX and Windows forbid, so that a data set moves between machines).
 */
export function fileNameOf(tensorName: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return tensorName.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_').replace(/[. ]+$/, '_') || '_';
}

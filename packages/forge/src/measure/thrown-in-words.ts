/** What somebody else's code threw, in words: an error's message, and of anything else what it is. */
export function thrownInWords(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name;
    return typeof thrown === 'string' ? thrown : String(thrown);
  } catch {
    return `a value of type ${typeof thrown}`;
  }
}

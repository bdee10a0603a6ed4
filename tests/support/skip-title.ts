/** The reason of a skipped test stands in its title: there the reporter of another process finds it. */
export const titled = (name: string, reason: string): string => `${name} [skipped: ${reason}]`;

/** The reason in a test's full name; undefined where it has none. */
export const reasonOf = (fullName: string): string | undefined =>
  /\[skipped: ([^\]]+)\]/.exec(fullName)?.[1];

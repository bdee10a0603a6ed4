/** Cases that the audit does not get right yet, with what is missing. One that it gets right has to leave. */
export const knownGaps: Readonly<Record<string, string>> = {};

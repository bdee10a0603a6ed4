/** Tells the time; an argument, so that a test can be at any date. */
export type Clock = () => Date;

/** UTC in whole seconds, as every document of the fabric writes it. */
export const timestampOf = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, 'Z');

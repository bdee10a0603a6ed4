/** Stands for a part of a text that is not known. */
export const hole = '\u0000';

/** The version of this build, as every package of the repository carries it. */
export const version = '0.1.0';

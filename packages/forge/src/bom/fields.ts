/** Hashes of a component. @param digest `sha256:…` */
export const sha256 = (digest: string) => [
  { alg: 'SHA-256', content: digest.replace(/^sha256:/, '') },
];

/** A property in this tool's namespace. */
export const property = (name: string, value: string | number) => ({
  name: `selvedge:${name}`,
  value: String(value),
});

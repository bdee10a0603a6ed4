import type { Wrapper } from '../coupling.ts';

/** How files begin that declare the types that wrappers implement, or functions that give one. */
export function declarationsBehind(wrappers: readonly Wrapper[]): string[] {
  const types = new Set(
    wrappers.flatMap(({ fn, file }) =>
      file.code.types.flatMap(({ name, supers }) => (name === fn.owner ? supers : [])),
    ),
  );
  return [...types]
    .filter((type) => type.length >= 4 && !/^(object|Any|String|Sendable|Serializable)$/.test(type))
    .flatMap((type) => [
      ...['interface', 'class', 'protocol', 'trait'].map((kind) => `${kind} ${type}`),
      ...[`: ${type}<`, `: ${type} `, `-> ${type}`, `-> any ${type}`, `: ${type}\n`],
    ]);
}

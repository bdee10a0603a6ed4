import { parseDocument } from '@selvedge/core/schema';
import type { Static, TSchema } from 'typebox';

/**
 * Raw values → checked against `schema` → frozen all the way down. Give the schema
 * `additionalProperties: false`, so that a misspelt key is an error.
 *
 * @throws SelvedgeError `bad-document` naming `from`, the field and what was expected
 */
export function frozenConfig<T extends TSchema>(
  schema: T,
  raw: unknown,
  from: string,
): Readonly<Static<T>> {
  return deepFreeze(parseDocument(schema, structuredClone(raw), from));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

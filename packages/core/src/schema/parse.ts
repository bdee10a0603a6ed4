import type { Static, TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { SelvedgeError } from '../errors/index.ts';
import { firstMisfit } from './misfit.ts';

const compiled = new WeakMap<TSchema, { Check(value: unknown): boolean }>();

/**
 * Checks a value against a schema and returns it typed.
 * Strictness is the schema's own: what an author writes sets `additionalProperties: false`,
 * what travels on a wire tolerates unknown keys.
 *
 * @param from names the source in the message: a file, a URL, a document's kind.
 * @throws SelvedgeError `bad-document` naming the source, the field and what was expected.
 */
export function parseDocument<T extends TSchema>(
  schema: T,
  value: unknown,
  from: string,
): Static<T> {
  let validator = compiled.get(schema);
  if (!validator) {
    validator = Compile(schema) as { Check(value: unknown): boolean };
    compiled.set(schema, validator);
  }
  if (validator.Check(value)) return value as Static<T>;
  const { field, problem, hint } = firstMisfit(schema, value);
  const subject = field === '(top)' ? problem : `${field} ${problem}`;
  throw new SelvedgeError('bad-document', `${from}: ${subject}`, {
    hint,
    details: { from, field },
  });
}

/**
 * The same for a document that travels: also refuses one whose `critical` list names a key that the
 * schema does not have. Every reader of a signed document reads it with this one.
 *
 * @throws SelvedgeError `bad-document`
 */
export function parseWireDocument<T extends TObject>(
  schema: T,
  value: unknown,
  from: string,
): Static<T> {
  const document = parseDocument(schema, value, from);
  checkCritical(document as { critical?: string[] }, Object.keys(schema.properties), from);
  return document;
}

/**
 * Refuses a wire document whose `critical` list names a key this version does not know,
 * so that an old reader stops instead of misreading. Unknown keys outside the list are tolerated.
 *
 * @throws SelvedgeError `bad-document`
 */
export function checkCritical(
  document: { critical?: readonly string[] | undefined },
  known: readonly string[],
  from: string,
): void {
  const strange = (document.critical ?? []).filter((key) => !known.includes(key));
  if (strange.length === 0) return;
  throw new SelvedgeError(
    'bad-document',
    `${from}: needs a reader that knows ${strange.join(', ')}`,
    {
      hint: 'update this program',
      details: { from, critical: strange },
    },
  );
}

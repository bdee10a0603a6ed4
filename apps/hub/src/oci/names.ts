import { Digest, FamilyName } from '@selvedge/core/schema';
import { Check } from 'typebox/value';
import { refuse } from './oci-error.ts';

/** Path parameters of every repository route. */
export interface NameParams {
  owner: string;
  family: string;
}

/** The repository a request is about: `owner/family`. */
export function repositoryOf({ owner, family }: NameParams): FamilyName {
  const name = `${owner}/${family}`;
  if (Check(FamilyName, name)) return name;
  return refuse('NAME_INVALID', `${name} is no family name: expected owner/family in lower case`);
}

/** A digest as a client writes it. This registry addresses by sha256. */
export function digestOf(text: unknown): Digest {
  if (Check(Digest, text)) return text;
  return refuse('DIGEST_INVALID', `${text} is not a sha256 digest`);
}

/**
 * The digest of something that need not be here, of any algorithm (image specification 1.1,
 * `descriptor.md`, "Digests"); one by sha256 must have its form.
 */
export function anyDigestOf(text: string): string {
  const form = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{1,512}$/;
  return form.test(text) && !text.startsWith('sha256:') ? text : digestOf(text);
}

/** Tags as the specification allows them: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */
export const isTag = (text: string): boolean => /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/.test(text);

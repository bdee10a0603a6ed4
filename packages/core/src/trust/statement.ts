import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { type DsseEnvelope, openEnvelope } from './dsse.ts';
import type { TrustKey } from './types.ts';

/** What a statement is in an envelope. */
export const statementType = 'application/vnd.in-toto+json';

/** An in-toto Statement (in-toto/attestation, v1): what is said of which artifacts. */
export const Statement = Type.Object({
  _type: Type.Literal('https://in-toto.io/Statement/v1'),
  subject: Type.Array(
    Type.Object({
      name: Type.Optional(Type.String()),
      digest: Type.Record(Type.String(), Type.String()),
    }),
    { minItems: 1 },
  ),
  predicateType: Type.String({ minLength: 1 }),
  predicate: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Statement = Static<typeof Statement>;

const Envelope = Type.Object({
  payloadType: Type.String(),
  payload: Type.String(),
  signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() })),
});

/** A statement that one of the keys vouches for, or why there is none. */
export type ReadStatement =
  | { readonly statement: Statement }
  /** `stranger`: none of the keys is named as a signer; all others are broken. */
  | { readonly refused: 'format' | 'signature' | 'stranger' | 'subject'; readonly message: string };

/**
 * Reads a signed statement: the envelope is one, a key signed it, it is an in-toto Statement, and
 * it speaks of every one of `subjects`.
 *
 * @param keys those that may say it, by their id.
 * @param subjects hex SHA-256 digests.
 */
export async function readStatement(
  bytes: Uint8Array,
  keys: Readonly<Record<string, TrustKey>>,
  subjects: readonly string[],
): Promise<ReadStatement> {
  const envelope = parsed(bytes);
  if (!Check(Envelope, envelope)) return refuse('format', 'it is no DSSE envelope');
  if (envelope.payloadType !== statementType) {
    return refuse('format', `its payload is ${envelope.payloadType}, no in-toto statement`);
  }
  const signers = envelope.signatures.map(({ keyid }) => keyid);
  if (!signers.some((id) => Object.hasOwn(keys, id))) {
    return refuse('stranger', `signed by ${signers.join(', ') || 'nobody'}`);
  }
  const payload = await openEnvelope(envelope as DsseEnvelope, Object.values(keys));
  if (!payload) return refuse('signature', 'its signature does not hold');
  const statement = parsed(payload);
  if (!Check(Statement, statement)) return refuse('format', 'it is no in-toto statement, v1');
  const spokenOf = new Set(statement.subject.map(({ digest }) => digest.sha256));
  const missing = subjects.find((digest) => !spokenOf.has(digest));
  if (missing === undefined) return { statement };
  return refuse('subject', `it does not speak of sha256:${missing}`);
}

type Refused = Extract<ReadStatement, { refused: string }>;

const refuse = (refused: Refused['refused'], message: string): Refused => ({ refused, message });

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

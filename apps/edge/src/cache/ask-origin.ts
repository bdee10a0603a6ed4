import type { HttpResponse } from '@selvedge/node/http';
import type { CacheRoute } from './cache-route.ts';
import { checkDocument, type Document, keptHeaders } from './document.ts';
import type { DocumentMemory } from './document-memory.ts';
import { mayStore } from './headers.ts';
import type { Upstream } from './upstream.ts';
import { vouchedFor } from './vouched-for.ts';

export type DocumentAnswer =
  | {
      readonly kind: 'document';
      readonly document: Document;
      /**
       * `stale`: the origin did not answer, and this is the last that it said. `unproven`: nothing
       * kept vouches for it, so it was passed on and not kept.
       */
      readonly how: 'hit' | 'miss' | 'revalidated' | 'stale' | 'unproven';
      /** Whether another request's question to the origin was shared. */
      readonly collapsed: boolean;
    }
  /** The origin's other answer (a 404, an error), or one that may not be kept. */
  | { readonly kind: 'other'; readonly answer: HttpResponse; readonly body: Uint8Array };

/** A document somebody wants, and the key it is kept under. */
export interface Question {
  readonly key: string;
  readonly target: string;
  readonly route: CacheRoute;
  readonly accept?: string;
}

/** Larger documents are no documents. */
export const maxDocumentBytes = 16 * 1024 * 1024;
/** What the origin said last, while it says nothing. */
export const lastKnown = (document: Document): DocumentAnswer => ({
  kind: 'document',
  document,
  how: 'stale',
  collapsed: false,
});

/** Asks the origin for a document, conditionally where one is kept, and keeps what may be kept. */
export async function askOrigin(
  { key, target, route, accept }: Question,
  kept: Document | undefined,
  { upstream, clock }: { upstream: Upstream; clock: () => number },
  { keep, find }: DocumentMemory,
): Promise<DocumentAnswer> {
  const answer = await upstream.request(target, {
    headers: { ...(accept ? { accept } : {}), ...conditions(kept) },
    expect: 'bytes',
    maxBytes: maxDocumentBytes,
    timeoutMs: 5_000,
  });
  if (answer.status === 304 && kept) {
    const document = { ...kept, validatedAt: clock() };
    await keep(key, document);
    return { kind: 'document', document, how: 'revalidated', collapsed: false };
  }
  const body = await answer.bytes();
  // RFC 9111 §4.3.3: a 5xx may be answered with what is kept; here it is, so that devices go on.
  if (answer.status >= 500 && kept) return lastKnown(kept);
  if (answer.status !== 200) return { kind: 'other', answer, body };
  checkDocument(route, body, answer.url);
  if (!mayStore(answer.headers)) return { kind: 'other', answer, body };
  const document = { headers: pickHeaders(answer.headers), body, validatedAt: clock() };
  if (route.kind === 'versioned' && (await vouchedFor(route, body, find)) !== 'yes')
    return { kind: 'document', document, how: 'unproven', collapsed: false };
  await keep(key, document);
  return { kind: 'document', document, how: 'miss', collapsed: false };
}

function conditions(kept: Document | undefined): Record<string, string> {
  const { etag, 'last-modified': lastModified } = kept?.headers ?? {};
  if (etag) return { 'if-none-match': etag };
  return lastModified ? { 'if-modified-since': lastModified } : {};
}

function pickHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

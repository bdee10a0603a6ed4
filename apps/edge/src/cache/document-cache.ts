import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { HttpResponse } from '@selvedge/node/http';
import type { Telemetry } from '@selvedge/node/telemetry';
import type { CacheRoute } from './cache-route.ts';
import { checkDocument, type Document, keptHeaders } from './document.ts';
import type { DocumentFiles } from './document-files.ts';
import { mayStore } from './headers.ts';
import { createLru } from './lru.ts';
import type { Upstream } from './upstream.ts';

export type DocumentAnswer =
  | {
      readonly kind: 'document';
      readonly document: Document;
      /** `stale`: the origin did not answer, and this is the last that it said. */
      readonly how: 'hit' | 'miss' | 'revalidated' | 'stale';
      /** Whether another request's question to the origin was shared. */
      readonly collapsed: boolean;
    }
  /** The origin's other answer (a 404, an error), or one that may not be kept. */
  | { readonly kind: 'other'; readonly answer: HttpResponse; readonly body: Uint8Array };

/** Small documents: trust metadata, manifests, tags. Kept in memory and on disk. */
export interface DocumentCache {
  /**
   * @param anew the client wants what the origin has now
   * @throws SelvedgeError where the origin gives no usable answer and nothing is kept
   */
  open(request: {
    target: string;
    route: CacheRoute;
    accept?: string;
    anew?: boolean;
  }): Promise<DocumentAnswer>;
}

export interface DocumentCacheOptions {
  readonly upstream: Upstream;
  readonly files: DocumentFiles;
  readonly telemetry: Telemetry;
  readonly clock: () => number;
  /** How long `timestamp.json` counts as current, and a 404 or a silent origin is remembered. */
  readonly freshMs: number;
}

/** Larger documents are no documents. */
export const maxDocumentBytes = 16 * 1024 * 1024;
const maxMemoryBytes = 64 * 1024 * 1024;

interface Question {
  readonly key: string;
  readonly target: string;
  readonly route: CacheRoute;
  readonly accept?: string;
}

export function openDocumentCache(options: DocumentCacheOptions): DocumentCache {
  const { clock, freshMs } = options;
  const memory = documentMemory(options);
  const asked = new Map<string, Promise<DocumentAnswer>>();
  const recent = new Map<string, { readonly until: number; readonly answer: DocumentAnswer }>();

  const remember = (key: string, answer: DocumentAnswer): void => {
    if (recent.size > 1000) recent.clear();
    recent.set(key, { until: clock() + freshMs, answer });
  };
  const ask = async (question: Question, kept: Document | undefined): Promise<DocumentAnswer> => {
    const answer = await askOrigin(question, kept, options, memory.keep).catch((caught) => {
      const error = toSelvedgeError(caught);
      const known = kept ? lastKnown(kept) : recent.get(question.key)?.answer;
      if (!known || !isOutside(error)) throw error;
      options.telemetry.log.warn(
        { target: question.target, code: error.code },
        `stale: ${error.message}`,
      );
      return known;
    });
    const passing = answer.kind === 'other' ? answer.answer.status === 404 : answer.how === 'stale';
    if (passing) remember(question.key, answer);
    return answer;
  };

  return {
    async open({ anew = false, ...request }) {
      const key =
        request.route.kind === 'tag'
          ? `${request.target}\n${request.accept ?? ''}`
          : request.target;
      const question = { ...request, key };
      const running = asked.get(key);
      if (running) return { ...(await running), collapsed: true };
      const remembered = recent.get(key);
      if (remembered && !anew && remembered.until > clock()) return remembered.answer;
      const promise = memory
        .find(key)
        .then((kept) =>
          kept && !anew && isCurrent(request.route, kept, clock(), freshMs)
            ? ({ kind: 'document', document: kept, how: 'hit', collapsed: false } as const)
            : ask(question, kept),
        )
        .finally(() => asked.delete(key));
      asked.set(key, promise);
      return promise;
    },
  };
}

/** Named by content or version: for good. The timestamp: for a moment. A tag: never. */
function isCurrent(
  route: CacheRoute,
  { validatedAt }: Document,
  now: number,
  freshMs: number,
): boolean {
  if (route.kind === 'addressed' || route.kind === 'versioned') return true;
  const age = now - validatedAt;
  return route.kind === 'timestamp' && age >= 0 && age < freshMs;
}

/** What the origin said last, while it says nothing. */
const lastKnown = (document: Document): DocumentAnswer => ({
  kind: 'document',
  document,
  how: 'stale',
  collapsed: false,
});

async function askOrigin(
  { key, target, route, accept }: Question,
  kept: Document | undefined,
  { upstream, clock }: DocumentCacheOptions,
  keep: (key: string, document: Document) => Promise<void>,
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

/** The origin's side failed: not our disk, and nothing that was refused for trust. */
const isOutside = ({ code }: SelvedgeError): boolean =>
  ['network', 'timeout', 'bad-upstream', 'cancelled'].includes(code);

/** Documents in memory over documents on disk. A full disk costs durability, not the answer. */
function documentMemory({ files, telemetry }: DocumentCacheOptions) {
  const documents = new Map<string, Document>();
  const lru = createLru();
  const failures = telemetry.meter.createCounter('edge_cache_document_failures_total', {
    description: 'Documents that could not be read from disk or written to it, by error code',
  });
  const failed = (key: string, caught: unknown): undefined => {
    const error = toSelvedgeError(caught, 'io-failed');
    failures.add(1, { code: error.code });
    telemetry.log.warn({ key, code: error.code }, error.message);
  };
  const hold = (key: string, document: Document): void => {
    documents.set(key, document);
    lru.touch(key, document.body.byteLength + key.length + 512);
    for (const old of lru.surplus(maxMemoryBytes)) {
      lru.forget(old);
      documents.delete(old);
    }
  };
  return {
    async find(key: string): Promise<Document | undefined> {
      const held = documents.get(key);
      if (held) {
        lru.touch(key);
        return held;
      }
      const stored = await files.read(key).catch((caught) => failed(key, caught));
      if (stored) hold(key, stored);
      return stored;
    },
    async keep(key: string, document: Document): Promise<void> {
      const same = documents.get(key)?.body === document.body;
      hold(key, document);
      if (same) return;
      await files.write(key, document).catch((caught) => failed(key, caught));
    },
  };
}

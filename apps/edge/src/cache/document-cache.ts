import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Telemetry } from '@selvedge/node/telemetry';
import { askOrigin, type DocumentAnswer, lastKnown, type Question } from './ask-origin.ts';
import type { CacheRoute } from './cache-route.ts';
import type { Document } from './document.ts';
import type { DocumentFiles } from './document-files.ts';
import { type DocumentMemory, documentMemory } from './document-memory.ts';
import { recentAnswers } from './recent-answers.ts';
import type { Upstream } from './upstream.ts';
import { vouchedFor } from './vouched-for.ts';

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

export function openDocumentCache(options: DocumentCacheOptions): DocumentCache {
  const { clock, freshMs } = options;
  const memory = documentMemory(options.files, options.telemetry);
  const asked = new Map<string, Promise<DocumentAnswer>>();
  const recent = recentAnswers(freshMs, clock);

  const ask = async (question: Question, kept: Document | undefined): Promise<DocumentAnswer> => {
    const answer = await askOrigin(question, kept, options, memory).catch((caught) => {
      const error = toSelvedgeError(caught);
      const known = kept ? lastKnown(kept) : recent.find(question.key)?.answer;
      if (!known || !isOutside(error)) throw error;
      options.telemetry.log.warn(
        { target: question.target, code: error.code },
        `stale: ${error.message}`,
      );
      return known;
    });
    const passing = answer.kind === 'other' ? answer.answer.status === 404 : answer.how === 'stale';
    if (passing) recent.remember(question.key, answer);
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
      const remembered = recent.find(key);
      if (remembered?.current && !anew) return remembered.answer;
      const promise = keptFor(question, memory)
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

/** What is kept, unless the kept metadata vouches for another file by now. */
async function keptFor(
  { key, route }: Question,
  { find }: DocumentMemory,
): Promise<Document | undefined> {
  const kept = await find(key);
  if (!kept || route.kind !== 'versioned') return kept;
  return (await vouchedFor(route, kept.body, find)) === 'no' ? undefined : kept;
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

/** The origin's side failed: not our disk, and nothing that was refused for trust. */
const isOutside = ({ code }: SelvedgeError): boolean =>
  ['network', 'timeout', 'bad-upstream', 'cancelled'].includes(code);

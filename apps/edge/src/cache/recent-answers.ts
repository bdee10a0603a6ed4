import type { DocumentAnswer } from './ask-origin.ts';
import { createLru } from './lru.ts';

/** Answers that count for a moment: that something is not there, or what was known last. */
export interface RecentAnswers {
  /** Also one whose moment is over, for as long as there is room: an origin may be away. */
  find(key: string): { readonly answer: DocumentAnswer; readonly current: boolean } | undefined;
  remember(key: string, answer: DocumentAnswer): void;
  readonly bytes: number;
}

/** Larger answers are not remembered; a 404 has no reason to be. */
const maxAnswerBytes = 1024 * 1024;
const maxBytes = 8 * 1024 * 1024;
/** What headers and the entry itself take, about. */
const entryBytes = 2048;

/** @param forMs how long an answer is current. */
export function recentAnswers(forMs: number, clock: () => number): RecentAnswers {
  const entries = new Map<string, { readonly until: number; readonly answer: DocumentAnswer }>();
  const lru = createLru();
  const forget = (key: string): void => {
    entries.delete(key);
    lru.forget(key);
  };
  return {
    get bytes() {
      return lru.bytes;
    },
    find(key) {
      const entry = entries.get(key);
      return entry && { answer: entry.answer, current: entry.until > clock() };
    },
    remember(key, answer) {
      forget(key);
      const body = answer.kind === 'other' ? answer.body : answer.document.body;
      if (body.byteLength > maxAnswerBytes) return;
      entries.set(key, { until: clock() + forMs, answer });
      lru.touch(key, body.byteLength + key.length + entryBytes);
      for (const old of lru.surplus(maxBytes)) forget(old);
    },
  };
}

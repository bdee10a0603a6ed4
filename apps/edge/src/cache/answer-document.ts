import { immutable, noneMatch } from '@selvedge/node/http';
import type { DocumentAnswer } from './ask-origin.ts';
import type { CacheRoute } from './cache-route.ts';
import { cacheStatus } from './cache-status.ts';
import type { Exchange, How } from './exchange.ts';
import { asksAnew } from './headers.ts';
import { sendOther } from './pass-through.ts';
import { sendBytes, sendHead } from './send.ts';

/** Answers for a document: as it is kept, with its age, or that the client has it. */
export async function answerDocument(route: CacheRoute, exchange: Exchange): Promise<How> {
  const { request, response, documents, target, clock } = exchange;
  const { accept } = request.headers;
  const answer = await documents.open({
    target,
    route,
    anew: asksAnew(request.headers),
    ...(accept ? { accept } : {}),
  });
  if (answer.kind === 'other') {
    sendOther(response, answer.answer, answer.body);
    return 'other';
  }
  const { headers, body } = answer.document;
  const all = { ...headers, ...documentHeaders(route, answer, clock()) };
  if (noneMatch(request.headers['if-none-match'], headers.etag)) {
    sendHead(response, 304, all);
    return answer.how;
  }
  sendBytes(response, 200, all, body);
  return answer.how;
}

function documentHeaders(
  route: CacheRoute,
  { document, how, collapsed }: Extract<DocumentAnswer, { kind: 'document' }>,
  now: number,
): Record<string, string> {
  const named = route.kind === 'addressed' || route.kind === 'versioned';
  const lasting = named && how !== 'unproven';
  return {
    age: String(Math.max(0, Math.floor((now - document.validatedAt) / 1000))),
    'cache-control': lasting ? immutable : 'no-cache',
    'cache-status': cacheStatus(collapsed && how === 'miss' ? 'collapsed' : how),
    ...(how === 'stale' ? { warning: '111 selvedge-edge "Revalidation Failed"' } : {}),
  };
}

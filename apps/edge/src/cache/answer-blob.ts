import type { Digest } from '@selvedge/core/schema';
import { type ByteRange, byteRange, immutable, noneMatch, rangeApplies } from '@selvedge/node/http';
import type { BlobAnswer } from './blob-answer.ts';
import { cacheStatus } from './cache-status.ts';
import type { Exchange, How } from './exchange.ts';
import { passThrough, sendOther } from './pass-through.ts';
import { sendBytes, sendHead, sendStream } from './send.ts';

/**
 * A Range that begins this far beyond what has arrived is taken from the origin directly, while
 * the whole goes on filling: waiting for gigabytes to pass by would be slower.
 */
const reachBytes = 8 * 1024 * 1024;

/** Answers for a blob: all of it, a part, its head, or that the client has it. */
export async function answerBlob(digest: Digest, exchange: Exchange): Promise<How> {
  const { request, response, blobs, target } = exchange;
  const etag = `"${digest}"`;
  const fixed = {
    etag,
    'docker-content-digest': digest,
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'cache-control': immutable,
  };
  if (noneMatch(request.headers['if-none-match'], etag) && (await blobs.peek(digest))) {
    response.writeHead(304, fixed).end();
    return 'not-modified';
  }
  if (request.method === 'HEAD') return blobHead(digest, fixed, exchange);
  const answer = await blobs.open(digest, target);
  if (answer.kind === 'refused') {
    sendOther(response, answer.answer, answer.body);
    return 'refused';
  }
  const ifRange = request.headers['if-range'] as string | undefined;
  const asked = rangeApplies(ifRange, etag) ? request.headers.range : undefined;
  if (answer.kind === 'unstorable') return passThrough(exchange, asked ? undefined : digest);
  return sendBlob(answer, asked, fixed, exchange);
}

async function blobHead(
  digest: string,
  fixed: Record<string, string>,
  exchange: Exchange,
): Promise<How> {
  const known = await exchange.blobs.peek(digest);
  if (known?.size === undefined) return passThrough(exchange);
  sendHead(exchange.response, 200, { ...fixed, 'content-length': known.size });
  return 'hit';
}

async function sendBlob(
  answer: Extract<BlobAnswer, { kind: 'blob' }>,
  asked: string | undefined,
  fixed: Record<string, string>,
  exchange: Exchange,
): Promise<How> {
  const { response } = exchange;
  const { size, how } = answer;
  const headers = { ...fixed, 'cache-status': cacheStatus(how) };
  if (size === undefined) {
    if (asked) return passThrough(exchange);
    await sendStream(response, 200, headers, answer.read(0));
    return how;
  }
  const range = byteRange(asked, size);
  if (range === 'unsatisfiable') {
    sendBytes(response, 416, { ...headers, 'content-range': `bytes */${size}` }, new Uint8Array(0));
    return 'unsatisfiable';
  }
  if (range && range.start > answer.arrived + reachBytes) return passThrough(exchange);
  const { start, end }: ByteRange = range ?? { start: 0, end: size };
  await sendStream(
    response,
    range ? 206 : 200,
    {
      ...headers,
      'content-length': end - start,
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${size}` } : {}),
    },
    answer.read(start, end),
  );
  return how;
}

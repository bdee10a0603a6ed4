import type { IncomingMessage, ServerResponse } from 'node:http';
import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { sendError } from '@selvedge/node/http';
import { answerBlob } from './answer-blob.ts';
import { answerDocument } from './answer-document.ts';
import { type CacheRoute, cacheRoute, routeName } from './cache-route.ts';
import type { CacheHandlerOptions, Exchange, How } from './exchange.ts';
import { via } from './headers.ts';
import { passThrough } from './pass-through.ts';
import { sendFailure } from './send.ts';

/** Answers a request from the cache, or from the origin through it; returns the route's name. */
export function cacheHandler(
  options: CacheHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => string {
  const { meter, log } = options.telemetry;
  const requests = meter.createCounter('edge_cache_requests_total', {
    description: 'Requests by kind of path and by how they were answered',
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      requests.add(1, { kind: 'write', how: 'refused' });
      refuseWrite(request, response);
      return routeName.pass;
    }
    const route = routeOf(request);
    const exchange = { ...options, request, response, target: request.url ?? '/' };
    handle(route, exchange).then(
      (how) => requests.add(1, { kind: route.kind, how }),
      (caught) => {
        const error = toSelvedgeError(caught);
        const gone = error.code === 'cancelled';
        requests.add(1, { kind: route.kind, how: gone ? 'given-up' : 'error' });
        log[gone ? 'debug' : 'warn']({ target: exchange.target, code: error.code }, error.message);
        sendFailure(response, error);
      },
    );
    return routeName[route.kind];
  };
}

/** Documents go down here and nothing goes up: who writes writes to the hub itself. */
function refuseWrite({ method }: IncomingMessage, response: ServerResponse): void {
  const refusal = new SelvedgeError('usage', `an edge relays GET and HEAD, and no ${method}`, {
    hint: 'send it to the hub',
  });
  sendError(response, refusal, { via, allow: 'GET, HEAD', connection: 'close' }, 405);
}

/** Only a request without credentials concerns the cache (RFC 9111 §3.5). */
function routeOf({ url, headers }: IncomingMessage): CacheRoute {
  return headers.authorization === undefined ? cacheRoute(url ?? '/') : { kind: 'pass' };
}

function handle(route: CacheRoute, exchange: Exchange): Promise<How> {
  if (route.kind === 'pass') return passThrough(exchange);
  return route.kind === 'blob'
    ? answerBlob(route.digest, exchange)
    : answerDocument(route, exchange);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { toSelvedgeError } from '@selvedge/core/errors';
import { answerBlob } from './answer-blob.ts';
import { answerDocument } from './answer-document.ts';
import { type CacheRoute, cacheRoute, routeName } from './cache-route.ts';
import type { CacheHandlerOptions, Exchange, How } from './exchange.ts';
import { passThrough } from './pass-through.ts';
import { sendError } from './send.ts';

/** Answers a request from the cache, or from the origin through it; returns the route's name. */
export function cacheHandler(
  options: CacheHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => string {
  const { meter, log } = options.telemetry;
  const requests = meter.createCounter('edge_cache_requests_total', {
    description: 'Requests by kind of path and by how they were answered',
  });
  return (request, response) => {
    const route = routeOf(request);
    const exchange = { ...options, request, response, target: request.url ?? '/' };
    handle(route, exchange).then(
      (how) => requests.add(1, { kind: route.kind, how }),
      (caught) => {
        const error = toSelvedgeError(caught);
        const gone = error.code === 'cancelled';
        requests.add(1, { kind: route.kind, how: gone ? 'given-up' : 'error' });
        log[gone ? 'debug' : 'warn']({ target: exchange.target, code: error.code }, error.message);
        sendError(response, error);
      },
    );
    return routeName[route.kind];
  };
}

/** Only a GET or HEAD without credentials concerns the cache (RFC 9111 §3.5). */
function routeOf({ method, url, headers }: IncomingMessage): CacheRoute {
  const plain = (method === 'GET' || method === 'HEAD') && headers.authorization === undefined;
  return plain ? cacheRoute(url ?? '/') : { kind: 'pass' };
}

function handle(route: CacheRoute, exchange: Exchange): Promise<How> {
  if (route.kind === 'pass') return passThrough(exchange);
  return route.kind === 'blob'
    ? answerBlob(route.digest, exchange)
    : answerDocument(route, exchange);
}

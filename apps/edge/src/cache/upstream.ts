import { fail, isSelvedgeError } from '@selvedge/core/errors';
import { type HttpRequest, type HttpResponse, httpFetch } from '@selvedge/node/http';
import type { Telemetry } from '@selvedge/node/telemetry';

/** The origin behind the cache. */
export interface Upstream {
  readonly origin: string;
  /** Asks the origin. `target` begins with `/`; any status is an answer. */
  request(target: string, request?: HttpRequest): Promise<HttpResponse>;
  /** Whether it has answered anything since the start. */
  seen(): boolean;
}

/**
 * @param url the origin, perhaps with a path that goes before every target
 * @throws SelvedgeError `usage` when it is no http or https URL
 */
export function openUpstream(url: string, telemetry: Telemetry): Upstream {
  const base = parseBase(url);
  const requests = telemetry.meter.createCounter('edge_upstream_requests_total', {
    description: 'Requests sent to the origin, by outcome',
  });
  let seen = false;
  return {
    origin: base.href.replace(/\/$/, ''),
    seen: () => seen,
    async request(target, request = {}) {
      try {
        const answer = await httpFetch(resolveTarget(base, target), request);
        seen = true;
        requests.add(1, { outcome: `${Math.floor(answer.status / 100)}xx` });
        return answer;
      } catch (caught) {
        requests.add(1, { outcome: isSelvedgeError(caught) ? caught.code : 'internal' });
        throw caught;
      }
    },
  };
}

function parseBase(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base && /^https?:$/.test(base.protocol) && !base.search && !base.hash) return base;
  return fail('usage', `the upstream ${url} is not an http or https URL`, {
    hint: 'give one like http://127.0.0.1:7400',
  });
}

/** Joined as text: resolving `//elsewhere/x` as a URL would leave the origin. */
function resolveTarget(base: URL, target: string): URL {
  const resolved = target.startsWith('/')
    ? URL.parse(`${base.origin}${base.pathname.replace(/\/$/, '')}${target}`)
    : null;
  if (resolved?.origin === base.origin) return resolved;
  return fail('bad-input', `${target} is not a path`, { details: { target } });
}

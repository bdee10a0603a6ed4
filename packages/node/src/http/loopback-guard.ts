import type { IncomingMessage } from 'node:http';
import { SelvedgeError } from '@selvedge/core/errors';

/** Whether a host name, without a port, can only mean this machine. */
export const isLoopbackName = (host: string): boolean =>
  /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/i.test(host);

/** Says why a request is not answered, or undefined when it may go on. */
export type RequestGuard = (
  request: Pick<IncomingMessage, 'method' | 'headers'>,
) => SelvedgeError | undefined;

/**
 * Lets only programs of this machine in, for a server on loopback that asks for no credentials. A
 * page in its browser could reach the port through a name that it points to 127.0.0.1 (DNS
 * rebinding), which the Host header shows, or by a request from its own origin, which the Origin
 * and Sec-Fetch-Site headers show (fetch.spec.whatwg.org, "origin header"; www.w3.org/TR/fetch-metadata).
 *
 * @param options.reads `public`: a page of another site may ask for what is there (its browser
 * shows it only what allows that, as signed documents do), and write nothing. `own`: it may not
 * even ask.
 */
export function loopbackGuard({ reads }: { reads: 'public' | 'own' }): RequestGuard {
  return ({ method = 'GET', headers }) => {
    const { host = '', origin, 'sec-fetch-site': site } = headers;
    if (!isLoopbackName(host.replace(/:\d+$/, ''))) {
      return refusal(`the Host header names ${host || 'nothing'}`);
    }
    if (reads === 'public' && safeMethods.has(method)) return undefined;
    if (origin !== undefined && origin !== `http://${host}`)
      return refusal(`a page of ${origin} asked`);
    const own = site === undefined || site === 'same-origin' || site === 'none';
    return own || safeMethods.has(method) ? undefined : refusal('a page of another site asked');
  };
}

/** RFC 9110 §9.2.1. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const refusal = (why: string): SelvedgeError =>
  new SelvedgeError('forbidden', `only programs of this machine may ask: ${why}`, {
    hint: 'ask as http://127.0.0.1 and the port',
  });

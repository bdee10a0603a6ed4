import { type CallExpr, type CallSite, pathOf } from '../../language/code.ts';

/**
 * Whether a call in Rust is one of a client of HTTP: on an object that is called after one, or that
 * is made on the spot (`reqwest::Client::new().post(…)`).
 */
export function sendsInRust({ callee, args }: CallExpr): boolean {
  const path = pathOf(callee);
  const [object = '', action = ''] = path.slice(-2);
  if (object === 'EventSource') return /^(new|get)$/.test(action);
  if (!/^(post|get|put|request|send|post_json|call|execute)$/.test(action)) return false;
  // A request that is built is sent without arguments; a channel sends what it is given.
  if (/^(send|call)$/.test(action)) return args.length === 0;
  const before = path.slice(0, -1);
  if (action === 'execute') return isRequest.test(namesGiven(args)) && clients.test(object);
  return before.length > 0 && before.slice(makers.test(object) ? 0 : -1).some(isClient);
}

/** Whether a call in Rust only builds a request: `client.post(url).json(&body)`, and nothing more. */
export function buildsInRust({ expr, chain }: CallSite): boolean {
  const path = pathOf(expr.callee);
  const last = path.at(-1) ?? '';
  const asks = /^(post|get|put)$/.test(last) ? 1 : last === 'request' ? 2 : 0;
  if (expr.args.length !== asks || asks === 0 || sendsAtOnce.test(path[0] ?? '')) return false;
  return !pathOf((chain ?? expr).callee).some((part) => sends.test(part));
}

/** What Rust's clients are called, and the packages that send without one. */
const clients =
  /client|http|reqwest|agent|ureq|surf|isahc|session|attohttpc|awc|^(api|inner|this)$/i;
const isClient = (part: string): boolean => clients.test(part);

/** Calls that give a client, in a chain that begins with what it is of. */
const makers = /^(new|default|build|builder|clone|unwrap|expect|as_ref|lock|get_client)$/;

const sends = /^(send\w*|call|execute|eventsource|recv\w*)$/;
const sendsAtOnce = /^(surf|isahc|attohttpc|minreq)$/;

const isRequest = /req/i;
const namesGiven = (args: CallExpr['args']): string =>
  args.map(({ value }) => pathOf(value).at(-1)).join(' ');

import { type CallExpr, pathOf } from '../../language/code.ts';
import { servers } from '../routes.ts';

/** Whether a call keeps a function for later: who makes it does not call the function. */
export function keepsForLater({ callee, args: [first] }: CallExpr): boolean {
  const path = pathOf(callee);
  const last = path.at(-1) ?? '';
  if (keeps.test(last)) return true;
  if (!routes.test(last)) return false;
  // A client's `post("/x") { … }` sends; a server's, or one of nobody's, answers.
  const isServers = path.length === 1 || servers.test(path.at(-2) ?? '');
  return isServers && (first === undefined || first.value.is === 'text');
}

const keeps =
  /^(addListener|addEventListener|on|once|onMessage|subscribe|use|setInterval|register\w*|command|hears|action|route|HandleFunc|Handle|MapPost|MapGet|handle|schedule)$/;

const routes = /^(get|post|put|patch|delete|webSocket|ws|sse)$/;

import { type CallExpr, pathOf } from '../language/code.ts';
import type { SourceFile } from '../resolve/index.ts';

/** Objects on which `post('/path', …)` answers a route and sends nothing. */
export const servers =
  /^(app|router|server|fastify|mux|blueprint|bp|\w+[Rr]outer|\w+_router|\w+_bp)$/;

/** Whether a call in Go keeps a function that answers a route: `r.POST("/v1/chat", chat)`. */
export function keepsRoute({ callee, args }: CallExpr, { language }: SourceFile): boolean {
  if (language.id !== 'go' || callee.is !== 'member') return false;
  if (/^(GET|POST|PUT|PATCH|DELETE|Any|Handle|HandleFunc)$/.test(callee.name)) return true;
  const [path] = args[0]?.value.is === 'text' ? args[0].value.parts : [];
  const object = pathOf(callee.of).at(-1) ?? '';
  return (
    /^(Get|Post|Put|Method)$/.test(callee.name) &&
    routers.test(object) &&
    args.length > 1 &&
    String(path).startsWith('/')
  );
}

const routers = /^([regm]|v\d|api|\w*[rR]oute\w*|\w*[gG]roup|mux|app|srv)$/;

import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Agent } from '../agent.ts';
import { renderPage } from './page.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

/** `/`: the same as the API says, for a person. */
export function addPage(app: FastifyInstance, agent: Agent): void {
  const source = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  // Only what this page itself carries may run: it shows text that came from elsewhere.
  const policy = [
    "default-src 'none'",
    `style-src ${source(pageStyle)}`,
    `script-src ${source(pageScript)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  app.get('/', async (_request, reply) =>
    reply
      .headers({
        'content-security-policy': policy,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      })
      .type('text/html; charset=utf-8')
      .send(renderPage(agent.state(), agent.decisions.list(100))),
  );
}

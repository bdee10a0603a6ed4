import type { FastifyInstance } from 'fastify';
import type { Telemetry } from '../telemetry/index.ts';

/** Says why something is not ready, or nothing when it is. Throwing counts as not ready. */
export type ReadyCheck = () => string | undefined | Promise<string | undefined>;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ready: boolean; readonly reason?: string }>>;
}

/**
 * Adds `/healthz` (the process answers), `/readyz` (every named check holds; 503 and the reasons
 * otherwise) and `/metrics` (Prometheus text).
 */
export function addHealth(
  app: FastifyInstance,
  telemetry: Telemetry,
  checks: Readonly<Record<string, ReadyCheck>>,
): void {
  app.get('/healthz', async () => ({ status: 'ok', service: telemetry.service }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = await checkReadiness(checks);
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await telemetry.metricsText()),
  );
}

async function checkReadiness(checks: Readonly<Record<string, ReadyCheck>>): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const reason = await reasonOf(check);
      return [name, reason === undefined ? { ready: true } : { ready: false, reason }] as const;
    }),
  );
  return { ready: answers.every(([, { ready }]) => ready), checks: Object.fromEntries(answers) };
}

async function reasonOf(check: ReadyCheck): Promise<string | undefined> {
  try {
    return await check();
  } catch (caught) {
    return (caught as Error)?.message || 'failed';
  }
}

import { randomBytes } from 'node:crypto';
import {
  createServer as createNodeServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { SelvedgeError } from '@selvedge/core/errors';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Telemetry, withContext } from '../telemetry/index.ts';
import { type Access, accessWatcher } from './access.ts';
import { answerOfError } from './error-body.ts';
import { addHealth, type ReadyCheck } from './health.ts';
import type { RequestGuard } from './loopback-guard.ts';
import { sendError } from './send-error.ts';

export interface ServerOptions {
  readonly telemetry: Telemetry;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** What `/readyz` asks. */
  readonly checks?: Readonly<Record<string, ReadyCheck>>;
  /** Largest request body, bytes; default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Asked first, whatever the path: what it refuses goes no further. */
  readonly guard?: RequestGuard;
  /**
   * Sees every request before Fastify does, for the hottest paths. Answers the request and returns
   * the route's pattern for the metrics, or returns undefined and leaves it alone.
   */
  readonly fastPath?: (request: IncomingMessage, response: ServerResponse) => string | undefined;
}

export interface Server {
  /** Add routes, hooks and plugins here before `listen`. */
  readonly app: FastifyInstance;
  /**
   * Opens the port; resolves with its address, e.g. `http://127.0.0.1:7400`.
   * @throws SelvedgeError `port-in-use`, `network` (no such address, no right to the port)
   */
  listen(): Promise<string>;
  /** Stops accepting, lets requests in flight end for up to `graceMs` (default 2 s), cuts the rest. */
  close(graceMs?: number): Promise<void>;
}

/**
 * A Fastify server with what every app shares: error bodies from the error table, request ids,
 * the caller's trace continued, access metrics, `/healthz`, `/readyz`, `/metrics`.
 */
export function createServer(options: ServerOptions): Server {
  const { telemetry, host = '127.0.0.1', port } = options;
  const watch = accessWatcher(telemetry);
  const accesses = new WeakMap<IncomingMessage, Access>();
  const app = Fastify({
    bodyLimit: options.maxBodyBytes ?? 1024 * 1024,
    genReqId: requestId,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 512 },
    serverFactory: (handler) =>
      createNodeServer({ keepAliveTimeout: 30_000 }, (request, response) => {
        const access = watch(request, response);
        withContext(access.context, () => {
          const refusal = options.guard?.(request);
          if (refusal) {
            sendError(response, refusal, { connection: 'close' });
            return access.route('refused');
          }
          const taken = options.fastPath?.(request, response);
          if (taken !== undefined) return access.route(taken);
          accesses.set(request, access);
          handler(request, response);
        });
      }),
  });
  shareBehaviour(app, telemetry, accesses);
  addHealth(app, telemetry, options.checks ?? {});
  return {
    app,
    listen: () => listen(app, host, port),
    close: (graceMs = 2_000) => closeGracefully(app, graceMs),
  };
}

function shareBehaviour(
  app: FastifyInstance,
  telemetry: Telemetry,
  accesses: WeakMap<IncomingMessage, Access>,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    accesses.get(request.raw)?.route(request.routeOptions.url ?? 'unmatched');
    reply.header('x-request-id', request.id);
    done();
  });
  // Reading a body continues in the socket's context; this returns to the request's.
  app.addHook('preValidation', (request, _reply, done) => {
    const access = accesses.get(request.raw);
    if (access) withContext(access.context, done);
    else done();
  });
  app.setErrorHandler((caught, request, reply) => {
    const { status, body, error } = answerOfError(caught);
    if (status >= 500) logFailure(telemetry, request, error);
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const { status, body } = answerOfError(
      new SelvedgeError('not-found', `no ${request.method} ${request.url.split('?')[0]} here`),
    );
    return reply.code(status).send(body);
  });
}

function logFailure(telemetry: Telemetry, request: FastifyRequest, error: SelvedgeError): void {
  const level = error.code === 'internal' ? 'error' : 'warn';
  const cause =
    error.code === 'internal' ? { stack: (error.cause as Error)?.stack ?? error.stack } : {};
  telemetry.log[level](
    {
      method: request.method,
      route: request.routeOptions.url,
      requestId: request.id,
      code: error.code,
      ...cause,
    },
    error.message,
  );
}

/** The caller's id where it is a plain one, so that logs of both sides can be joined. */
function requestId(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given)
    ? given
    : randomBytes(8).toString('hex');
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (caught) {
    throw listenError(caught as NodeJS.ErrnoException, host, port);
  }
  const { port: actual } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}

function listenError(caught: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (caught.code === 'EADDRINUSE') {
    return new SelvedgeError('port-in-use', `port ${port} on ${host} is taken by another process`, {
      hint: 'stop it, or choose another port',
      details: { host, port },
      cause: caught,
    });
  }
  if (caught.syscall !== 'listen' && caught.syscall !== 'bind') return caught;
  return new SelvedgeError('network', `cannot listen on ${host} port ${port}: ${caught.code}`, {
    hint: 'choose another address or port',
    details: { host, port },
    cause: caught,
  });
}

async function closeGracefully(app: FastifyInstance, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  // A kept connection whose answer ends only now becomes idle after the first sweep.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 20);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
    clearInterval(sweep);
  }
}

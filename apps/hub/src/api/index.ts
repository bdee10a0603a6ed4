import swagger from '@fastify/swagger';
import { parseDocument } from '@selvedge/core/schema';
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import type { Tokens } from '../auth/tokens.ts';
import { databaseError } from '../data/database.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { DecisionSums } from '../signals/decision-counts.ts';
import type { Authority } from '../trust/authority.ts';
import { addCountRoutes } from './counts.ts';
import { addDeviceRoutes } from './devices.ts';
import { addFamilyRoutes } from './families.ts';
import { addTokenRoutes } from './tokens.ts';
import { addTrustRoutes } from './trust.ts';

export interface ApiRooms {
  readonly dev: boolean;
  readonly version: string;
  readonly authority: Authority;
  readonly fleet: Fleet;
  readonly sums: DecisionSums;
  readonly tokens: Tokens;
}

const prefix = '/api/v1';

/** The API under `/api/v1`, described by itself at `/api/v1/openapi.json`. */
export async function addApi(app: FastifyInstance, rooms: ApiRooms): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Selvedge hub', version: rooms.version },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
    },
  });
  await app.register(
    async (api) => {
      // Only JSON is read: a page on another site can send text without being asked.
      api.removeContentTypeParser('text/plain');
      api.setValidatorCompiler(({ schema, httpPart }) => validate(schema as TSchema, httpPart));
      // As it is: a schema describes an answer, it does not cut it.
      api.setSerializerCompiler(() => JSON.stringify);
      api.setErrorHandler((caught) => {
        throw databaseError(caught);
      });
      api.addHook('onSend', async (_request, reply) => {
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
      });
      addTrustRoutes(api, rooms);
      addFamilyRoutes(api, rooms);
      addDeviceRoutes(api, rooms.fleet);
      addCountRoutes(api, rooms.sums);
      await api.register(async (scope) => addTokenRoutes(scope, rooms));
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    },
    { prefix },
  );
}

/** Checks and changes nothing: what is signed must arrive as it was sent. */
const validate = (schema: TSchema, httpPart: string | undefined) => (value: unknown) => {
  try {
    parseDocument(schema, value, httpPart ?? 'request');
    return { value };
  } catch (error) {
    return { error: error as Error };
  }
};

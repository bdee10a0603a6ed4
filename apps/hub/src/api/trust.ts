import { HubTrust, TrustUpdated } from '@selvedge/core/api';
import { TrustUpdate } from '@selvedge/core/trust';
import type { FastifyInstance } from 'fastify';
import type { Authority } from '../trust/authority.ts';
import { described } from './route-schema.ts';

/** Updates carry every target's text. */
const maxUpdateBytes = 32 * 1024 * 1024;

export function addTrustRoutes(
  api: FastifyInstance,
  { dev, authority }: { dev: boolean; authority: Authority },
): void {
  api.get(
    '/trust',
    described({
      tag: 'trust',
      summary: 'The keys this hub signs snapshot and timestamp with, for making the first root',
      answer: HubTrust,
    }),
    async (): Promise<HubTrust> => ({
      dev,
      established: authority.established(),
      online: {
        snapshot: authority.online.snapshot.key,
        timestamp: authority.online.timestamp.key,
      },
    }),
  );

  api.post<{ Body: TrustUpdate }>(
    '/trust/updates',
    {
      ...described({
        tag: 'trust',
        summary: 'Publish metadata and targets that were signed offline',
        description:
          'Verified as a device would, then published as one change with a new snapshot and ' +
          'timestamp. 409 `conflict` when a version is not the next one: read again and retry.',
        body: TrustUpdate,
        answer: TrustUpdated,
        scope: 'trust',
      }),
      bodyLimit: maxUpdateBytes,
    },
    async (request): Promise<TrustUpdated> => ({ versions: await authority.update(request.body) }),
  );
}

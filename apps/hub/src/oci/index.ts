import { join } from 'node:path';
import type { ContentStore } from '@selvedge/node/store';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import { databaseError, type HubDatabase } from '../data/database.ts';
import { addBlobRoutes } from './blob-routes.ts';
import { openBlobs } from './blobs.ts';
import { addManifestRoutes } from './manifest-routes.ts';
import { openManifests } from './manifests.ts';
import { ociAnswer } from './oci-error.ts';
import { addReferrerRoutes } from './referrer-routes.ts';
import { openReferrers } from './referrers.ts';
import { addUploadRoutes } from './upload-routes.ts';
import { openUploads } from './uploads.ts';

export interface RegistryOptions {
  readonly database: HubDatabase;
  readonly store: ContentStore;
  /** Scratch for uploads in several requests; emptied at the start. */
  readonly uploadsDir: string;
  readonly clock: Clock;
  /** Called with what failed on this side. */
  readonly onFailure: (error: Error) => void;
  /** Bytes; default 32 GiB. */
  readonly maxBlobBytes?: number;
}

/**
 * The OCI distribution API (specification 1.1) under `/v2/`, for repositories `owner/family`:
 * pull, push in one request or in chunks, mount, tags, referrers. Content is immutable.
 */
export async function addRegistry(app: FastifyInstance, options: RegistryOptions): Promise<void> {
  const { database, store, clock, maxBlobBytes = 32 * 2 ** 30 } = options;
  const uploads = await openUploads(join(options.uploadsDir), maxBlobBytes, clock);
  const blobs = openBlobs(database, store, clock);
  const manifests = openManifests(database, store, clock);
  await app.register(async (registry) => {
    // Bodies stay streams: their routes read them from the raw request.
    registry.removeAllContentTypeParsers();
    registry.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    registry.addHook('onClose', () => uploads.close());
    registry.setErrorHandler((caught, _request, reply) => {
      const { status, headers, body, failure } = ociAnswer(databaseError(caught));
      if (failure) options.onFailure(failure);
      return reply.code(status).headers(headers).send(body);
    });
    registry.addHook('onRequest', async (_request, reply) => {
      reply.header('docker-distribution-api-version', 'registry/2.0');
    });
    registry.get('/v2/', { config: { checksCredentials: true } }, async () => ({}));
    addBlobRoutes(registry, blobs);
    addUploadRoutes(registry, blobs, uploads, maxBlobBytes);
    addManifestRoutes(registry, manifests, blobs);
    addReferrerRoutes(registry, openReferrers(database, blobs));
  });
}

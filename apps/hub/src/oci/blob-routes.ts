import { Readable } from 'node:stream';
import { byteRange, immutable, noneMatch, rangeApplies } from '@selvedge/node/http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Blobs } from './blobs.ts';
import { digestOf, type NameParams, repositoryOf } from './names.ts';
import { refuse } from './oci-error.ts';

/** `GET` and `HEAD /v2/<name>/blobs/<digest>`, whole or in part. */
export function addBlobRoutes(app: FastifyInstance, blobs: Blobs): void {
  app.route<{ Params: NameParams & { digest: string } }>({
    method: ['GET', 'HEAD'],
    url: '/v2/:owner/:family/blobs/:digest',
    handler: async (request, reply) => {
      const repository = repositoryOf(request.params);
      const digest = digestOf(request.params.digest);
      const info = await blobs.stat(repository, digest);
      if (!info) return refuse('BLOB_UNKNOWN', `${repository} has no blob ${digest}`);
      const etag = `"${digest}"`;
      reply.headers({
        'docker-content-digest': digest,
        etag,
        'cache-control': immutable,
        'accept-ranges': 'bytes',
        'content-type': 'application/octet-stream',
      });
      if (noneMatch(request.headers['if-none-match'], etag)) return reply.code(304).send();
      const ifRange = request.headers['if-range'] as string | undefined;
      const asked = rangeApplies(ifRange, etag) ? request.headers.range : undefined;
      const range = byteRange(asked, info.size);
      if (range === 'unsatisfiable') return outside(reply, info.size);
      const { start, end } = range ?? { start: 0, end: info.size };
      if (range) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${info.size}`);
      reply.header('content-length', end - start);
      if (request.method === 'HEAD') return reply.send();
      const body = await blobs.read(digest, { start, end });
      if (!body) return refuse('BLOB_UNKNOWN', `${repository} has lost blob ${digest}`);
      return reply.send(Readable.from(body, { objectMode: false, highWaterMark: 256 * 1024 }));
    },
  });
}

function outside(reply: FastifyReply, size: number): never {
  reply.removeHeader('cache-control');
  return refuse('SIZE_INVALID', `the blob has ${size} bytes`, {
    status: 416,
    headers: { 'content-range': `bytes */${size}` },
  });
}

import type { Digest } from '@selvedge/core/schema';
import { immutable, noneMatch, readAll } from '@selvedge/node/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Blobs } from './blobs.ts';
import type { Manifests } from './manifests.ts';
import { digestOf, isTag, type NameParams, repositoryOf } from './names.ts';
import { refuse } from './oci-error.ts';
import { pageSize } from './page-size.ts';
import { bodyOf } from './request-body.ts';

/** The least a registry must take (distribution specification 1.1, "Pushing Manifests"). */
const maxManifestBytes = 4 * 1024 * 1024;

type Route = { Params: NameParams & { reference: string } };
type TagsRoute = { Params: NameParams; Querystring: { n?: string; last?: string } };

const path = '/v2/:owner/:family/manifests/:reference';
const publish = { config: { scope: 'publish' as const } };

/** Manifests by tag or digest, and the list of tags. */
export function addManifestRoutes(app: FastifyInstance, manifests: Manifests, blobs: Blobs): void {
  const get = async (request: FastifyRequest<Route>, reply: FastifyReply) => {
    const repository = repositoryOf(request.params);
    const reference = referenceOf(request.params.reference);
    const found = await manifests.find(repository, reference);
    if (!found) {
      return refuse(
        'MANIFEST_UNKNOWN',
        `${repository} has no manifest ${request.params.reference}`,
      );
    }
    const etag = `"${found.digest}"`;
    reply.headers({
      'docker-content-digest': found.digest,
      etag,
      'cache-control': 'digest' in reference ? immutable : 'no-cache',
      'content-type': found.media_type,
    });
    if (noneMatch(request.headers['if-none-match'], etag)) return reply.code(304).send();
    reply.header('content-length', found.size);
    if (request.method === 'HEAD') return reply.send();
    const body = await blobs.read(found.digest);
    if (!body) return refuse('MANIFEST_UNKNOWN', `${repository} has lost ${found.digest}`);
    return reply.send(await readAll(body));
  };
  app.route<Route>({ method: ['GET', 'HEAD'], url: path, handler: get });

  app.put<Route>(path, publish, async (request, reply) => {
    const repository = repositoryOf(request.params);
    const { digest, subject } = await manifests.put({
      repository,
      reference: referenceOf(request.params.reference),
      bytes: await readAll(limited(bodyOf(request))),
      contentType: request.headers['content-type'],
    });
    reply.headers({
      location: `/v2/${repository}/manifests/${digest}`,
      'docker-content-digest': digest,
      ...(subject ? { 'oci-subject': subject } : {}),
    });
    return reply.code(201).send();
  });

  app.get<TagsRoute>('/v2/:owner/:family/tags/list', async (request, reply) => {
    const repository = repositoryOf(request.params);
    const limit = pageSize(request.query.n, 1000);
    const { last } = request.query;
    const tags = await manifests.tags(repository, {
      limit: limit + 1,
      ...(last === undefined ? {} : { after: last }),
    });
    if (!tags) return refuse('NAME_UNKNOWN', `there is no repository ${repository}`);
    const page = tags.slice(0, limit);
    if (tags.length > limit && limit > 0) {
      const next = `/v2/${repository}/tags/list?n=${limit}&last=${encodeURIComponent(page.at(-1)!)}`;
      reply.header('link', `<${next}>; rel="next"`);
    }
    return { name: repository, tags: page };
  });
}

function referenceOf(text: string): { tag: string } | { digest: Digest } {
  if (text.includes(':')) return { digest: digestOf(text) };
  if (isTag(text)) return { tag: text };
  return refuse('MANIFEST_INVALID', `${text} is neither a tag nor a digest`);
}

async function* limited(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > maxManifestBytes) {
      refuse('SIZE_INVALID', `manifests end at ${maxManifestBytes} bytes here`);
    }
    yield chunk;
  }
}

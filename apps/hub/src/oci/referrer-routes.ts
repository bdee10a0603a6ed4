import { mediaTypes } from '@selvedge/core/release';
import type { FastifyInstance } from 'fastify';
import { anyDigestOf, digestOf, type NameParams, repositoryOf } from './names.ts';
import { pageSize } from './page-size.ts';
import { type Referrers, referrersIndex } from './referrers.ts';

type Route = {
  Params: NameParams & { digest: string };
  Querystring: { artifactType?: string | string[]; n?: string; last?: string };
};

/**
 * What speaks of a manifest (distribution specification 1.1, "Listing Referrers"): an index, in
 * pages. A subject that is not here has none, and is no error.
 */
export function addReferrerRoutes(app: FastifyInstance, referrers: Referrers): void {
  app.get<Route>('/v2/:owner/:family/referrers/:digest', async (request, reply) => {
    const repository = repositoryOf(request.params);
    const subject = anyDigestOf(request.params.digest);
    const { n, last } = request.query;
    // More than one cannot be asked for; the first one counts.
    const [artifactType] = [request.query.artifactType].flat();
    const limit = pageSize(n, 100);
    const { manifests, more } = await referrers.list({
      repository,
      subject,
      artifactType: artifactType === '' ? undefined : artifactType,
      after: last === undefined ? undefined : digestOf(last),
      limit,
    });
    if (artifactType) reply.header('oci-filters-applied', 'artifactType');
    const end = manifests.at(-1);
    if (more && end) {
      const query = new URLSearchParams({
        ...(artifactType && { artifactType }),
        n: String(limit),
        last: end.digest,
      });
      reply.header('link', `</v2/${repository}/referrers/${subject}?${query}>; rel="next"`);
    }
    reply.headers({ 'content-type': mediaTypes.index, 'cache-control': 'no-cache' });
    // As bytes: text would be sent with a charset, and the type has no parameters.
    return reply.send(Buffer.from(JSON.stringify(referrersIndex(manifests))));
  });
}

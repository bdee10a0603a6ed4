import { isSelvedgeError } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Blobs } from './blobs.ts';
import { digestOf, type NameParams, repositoryOf } from './names.ts';
import { refuse } from './oci-error.ts';
import { bodyOf } from './request-body.ts';
import type { Upload, Uploads } from './uploads.ts';

type Session = { Params: NameParams & { id: string }; Querystring: { digest?: string } };
type Begin = {
  Params: NameParams;
  Querystring: { digest?: string; mount?: string; from?: string };
};

const sessionPath = '/v2/:owner/:family/blobs/uploads/:id';
const publish = { config: { scope: 'publish' as const } };

/**
 * Pushing blobs (distribution specification 1.1, "Pushing blobs"): one POST, POST then PUT,
 * chunks by PATCH, mount from another repository.
 */
export function addUploadRoutes(
  app: FastifyInstance,
  blobs: Blobs,
  uploads: Uploads,
  maxBytes: number,
): void {
  const begin = async (request: FastifyRequest<Begin>, reply: FastifyReply) => {
    const repository = repositoryOf(request.params);
    const { digest, mount, from } = request.query;
    if (mount !== undefined && (await mounted(blobs, repository, mount, from))) {
      return created(reply, repository, mount);
    }
    if (digest !== undefined) {
      const expected = expectedOf(request, digest, maxBytes);
      await blobs.put(repository, expected, bodyOf(request));
      return created(reply, repository, digest);
    }
    return accepted(reply, await uploads.begin(repository));
  };
  app.post<Begin>('/v2/:owner/:family/blobs/uploads/', publish, begin);
  app.post<Begin>('/v2/:owner/:family/blobs/uploads', publish, begin);

  app.get<Session>(sessionPath, publish, (request, reply) =>
    uploads.use(repositoryOf(request.params), request.params.id, async (upload) =>
      accepted(reply, upload, 204),
    ),
  );

  app.patch<Session>(sessionPath, publish, (request, reply) =>
    uploads.use(repositoryOf(request.params), request.params.id, async (upload) => {
      checkContinues(request, upload);
      await upload.append(bodyOf(request));
      return accepted(reply, upload);
    }),
  );

  app.put<Session>(sessionPath, publish, async (request, reply) => {
    const repository = repositoryOf(request.params);
    const { id } = request.params;
    await uploads
      .use(repository, id, async (upload) => {
        checkContinues(request, upload);
        const digest = digestOf(request.query.digest);
        if (upload.offset === 0) {
          const expected = expectedOf(request, digest, maxBytes);
          return blobs.put(repository, expected, bodyOf(request));
        }
        await upload.append(bodyOf(request));
        return blobs.put(repository, { digest, size: upload.offset }, upload.read());
      })
      .catch(async (caught) => {
        // These bytes will never have this digest: the client has to start over.
        if (isSelvedgeError(caught) && caught.code === 'trust-digest') await uploads.end(id);
        throw caught;
      });
    await uploads.end(id);
    return created(reply, repository, request.query.digest!);
  });

  app.delete<Session>(sessionPath, publish, async (request, reply) => {
    const { id } = request.params;
    await uploads.use(repositoryOf(request.params), id, async () => {});
    await uploads.end(id);
    return reply.code(204).send();
  });
}

async function mounted(
  blobs: Blobs,
  repository: FamilyName,
  mount: string,
  from: string | undefined,
): Promise<boolean> {
  const [owner = '', family = ''] = (from ?? '').split('/');
  if (owner === '' || family === '') return false;
  return blobs.mount(repository, digestOf(mount), repositoryOf({ owner, family }));
}

/** A length that is announced is held to, so that a blob too long is refused before it is sent. */
function expectedOf(request: FastifyRequest, digest: string, maxBytes: number) {
  const length = request.headers['content-length'];
  const size = length === undefined ? undefined : Number(length);
  if (size !== undefined && size > maxBytes) {
    refuse('SIZE_INVALID', `blobs end at ${maxBytes} bytes here`);
  }
  return { digest: digestOf(digest), ...(size === undefined ? {} : { size }) };
}

/** A chunk that says where it belongs must begin where the upload ends. */
function checkContinues(request: FastifyRequest, upload: Upload): void {
  const range = request.headers['content-range'];
  if (range === undefined) return;
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.*)?$/.exec(range);
  const length = request.headers['content-length'];
  const fits =
    match &&
    Number(match[1]) === upload.offset &&
    (length === undefined || Number(match[2]) - Number(match[1]) + 1 === Number(length));
  if (fits) return;
  refuse('BLOB_UPLOAD_INVALID', `the upload continues at byte ${upload.offset}, not ${range}`, {
    status: 416,
    headers: uploadHeaders(upload),
  });
}

const uploadHeaders = (upload: Upload): Record<string, string> => ({
  location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
  range: `0-${Math.max(0, upload.offset - 1)}`,
  'docker-upload-uuid': upload.id,
});

const accepted = (reply: FastifyReply, upload: Upload, status = 202) =>
  reply.code(status).headers(uploadHeaders(upload)).send();

const created = (reply: FastifyReply, repository: FamilyName, digest: string) =>
  reply
    .code(201)
    .headers({ location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
    .send();

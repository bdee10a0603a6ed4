/** What speaks of a manifest is found by it: OCI distribution 1.1, "Listing Referrers". */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaTypes } from '@selvedge/core/release';
import { type Hub, startHub } from '@selvedge/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { describeUnless } from '../support/skip.ts';

const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const nobody = digestOf('nothing that was pushed');
const sbom = 'application/vnd.example.sbom.v1';

/** A repository of a hub, as a client of the registry sees it. */
function repositoryOf(hub: () => Hub, name: string) {
  const url = (path: string) => `${hub().url}/v2/${name}/${path}`;
  const config = '{}';
  const push = async (document: object, mediaType: string = mediaTypes.manifest) => {
    await fetch(`${url('blobs/uploads/')}?digest=${digestOf(config)}`, {
      method: 'POST',
      body: config,
    });
    const body = JSON.stringify({ schemaVersion: 2, mediaType, ...document });
    const answer = await fetch(url(`manifests/${digestOf(body)}`), {
      method: 'PUT',
      body,
      headers: { 'content-type': mediaType },
    });
    expect(answer.status).toBe(201);
    const descriptor = { mediaType, digest: digestOf(body), size: body.length };
    return { ...descriptor, processed: answer.headers.get('oci-subject') };
  };
  const configured = (type: string) => ({
    config: { mediaType: type, digest: digestOf(config), size: config.length },
    layers: [],
  });
  return {
    push,
    configured,
    about: (digest: string) => ({
      subject: { mediaType: mediaTypes.manifest, digest, size: 2 },
    }),
    async list(digest: string, query = '') {
      const answer = await fetch(url(`referrers/${digest}${query}`));
      const body = (await answer.json()) as {
        manifests: { digest: string; artifactType?: string; annotations?: object }[];
      };
      return { status: answer.status, headers: answer.headers, body };
    },
  };
}

function lists(hub: () => Hub): void {
  it('answers an empty index for what nothing is said of, here or not', async () => {
    const { list } = repositoryOf(hub, 'acme/empty');
    const { status, headers, body } = await list(nobody);
    expect([status, headers.get('content-type')]).toEqual([200, mediaTypes.index]);
    expect(body).toEqual({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] });
    expect((await list(`sha512:${'0'.repeat(128)}`)).body.manifests).toEqual([]);
  });

  it('refuses what is no digest', async () => {
    const { list } = repositoryOf(hub, 'acme/empty');
    for (const digest of ['sha256:abc', 'latest', 'sha256:'])
      expect((await list(digest)).status).toBe(400);
  });

  it('lists manifests and indexes, whichever came first, with type and annotations', async () => {
    const { push, configured, about, list } = repositoryOf(hub, 'acme/said');
    const subject = digestOf(JSON.stringify({ schemaVersion: 2 }));
    const annotations = { 'org.example.note': 'first' };
    const typed = await push({
      artifactType: sbom,
      ...configured('application/vnd.oci.empty.v1+json'),
      ...about(subject),
      annotations,
    });
    expect(typed.processed).toBe(subject);
    const untyped = await push({ ...configured('application/x-config'), ...about(subject) });
    const index = await push({ manifests: [], ...about(subject) }, mediaTypes.index);
    await push({ ...configured('application/x-config'), ...about(nobody) });
    const { body } = await list(subject);
    expect(body.manifests).toEqual(
      [
        { ...typed, artifactType: sbom, annotations },
        { ...untyped, artifactType: 'application/x-config' },
        index,
      ]
        .map(({ processed: _, ...descriptor }) => descriptor)
        .sort((a, b) => (a.digest < b.digest ? -1 : 1)),
    );
  });

  it('gives those of one type, and says that it did', async () => {
    const { push, configured, about, list } = repositoryOf(hub, 'acme/typed');
    const subject = digestOf('typed');
    const wanted = await push({ artifactType: sbom, ...configured('x/y'), ...about(subject) });
    await push({ ...configured('x/y'), ...about(subject) });
    const { headers, body } = await list(subject, `?artifactType=${encodeURIComponent(sbom)}`);
    expect(headers.get('oci-filters-applied')).toBe('artifactType');
    expect(body.manifests.map(({ digest }) => digest)).toEqual([wanted.digest]);
    const none = await list(subject, '?artifactType=none%2Fsuch');
    expect([none.status, none.body.manifests]).toEqual([200, []]);
    expect((await list(subject)).headers.get('oci-filters-applied')).toBeNull();
  });

  it('goes on where a page ended, with the filter', async () => {
    const { push, configured, about, list } = repositoryOf(hub, 'acme/paged');
    const subject = digestOf('paged');
    const pushed: string[] = [];
    for (const at of ['a', 'b', 'c', 'd', 'e']) {
      const annotations = { at };
      const made = await push({ ...configured('x/y'), ...about(subject), annotations });
      pushed.push(made.digest);
    }
    const seen: string[] = [];
    let query: string | undefined = '?n=2&artifactType=x/y';
    let pages = 0;
    for (; query !== undefined; pages++) {
      const { headers, body } = await list(subject, query);
      seen.push(...body.manifests.map(({ digest }) => digest));
      query = /<[^?]+(\?[^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(pushed.sort());
  });

  it('ends a page before it is larger than clients read', async () => {
    const { push, configured, about, list } = repositoryOf(hub, 'acme/large');
    const subject = digestOf('large');
    for (const at of [1, 2, 3]) {
      const annotations = { at: String(at), text: 'x'.repeat(600_000) };
      await push({ ...configured('x/y'), ...about(subject), annotations });
    }
    const { headers, body } = await list(subject);
    expect(body.manifests).toHaveLength(1);
    expect(headers.get('link')).toContain('rel="next"');
  });
}

describe('referrers in a file', () => {
  let dir: string;
  let hub: Hub;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'selvedge-referrers-'));
    hub = await startHub({ dataDir: join(dir, 'hub'), port: 0, dev: true, logLevel: 'silent' });
  });
  afterAll(async () => {
    await hub.close();
    await rm(dir, { recursive: true });
  });
  lists(() => hub);
});

const noPostgres = !postgresPrograms && 'PostgreSQL is not installed here';

describeUnless(noPostgres)('referrers in PostgreSQL', () => {
  let dir: string;
  let server: PostgresServer;
  let hub: Hub;
  beforeAll(async () => {
    server = await startPostgres();
    dir = await mkdtemp(join(tmpdir(), 'selvedge-referrers-'));
    const dataDir = join(dir, 'hub');
    const options = { dataDir, port: 0, dev: true, logLevel: 'silent' } as const;
    hub = await startHub({ ...options, database: server.url });
  });
  afterAll(async () => {
    await hub?.close();
    await server?.close();
    await rm(dir, { recursive: true });
  });
  lists(() => hub);
});

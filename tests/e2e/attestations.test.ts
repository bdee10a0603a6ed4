/** What is said of a release is attached, listed, and held against what it is said of. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attestation, mediaTypes, predicateTypes } from '@selvedge/core/release';
import { signEnvelope, statementType } from '@selvedge/core/trust';
import type { BuildReport } from '@selvedge/forge';
import { initKeys, openKeys } from '@selvedge/forge/keys';
import { type Published, publish, rotateKey } from '@selvedge/forge/publish';
import { type Hub, startHub } from '@selvedge/hub';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';
import { type TamperProxy, tamperProxy } from '../support/tamper-proxy.ts';
import { tinyBuild } from '../support/tiny-build.ts';

const scratch = await mkdtemp(join(tmpdir(), 'selvedge-attestations-'));
afterAll(() => rm(scratch, { recursive: true }));

let dir: string;
let keys: string;
let hub: Hub;
let proxy: TamperProxy;
beforeEach(async () => {
  dir = await mkdtemp(join(scratch, 't-'));
  keys = join(dir, 'keys');
  await initKeys(keys);
  hub = await startHub({ dataDir: join(dir, 'hub'), port: 0, dev: true, logLevel: 'silent' });
  proxy = await tamperProxy(hub.url);
});
afterEach(async () => {
  await proxy.close();
  await hub.close();
});

/** A build of one variant, with the matrix that judged it. */
async function build(name = 'build'): Promise<string> {
  const buildDir = await tinyBuild(join(dir, name));
  await judge(buildDir);
  return buildDir;
}

async function judge(buildDir: string, change: object = {}): Promise<void> {
  const report = JSON.parse(await readFile(join(buildDir, 'report.json'), 'utf8')) as BuildReport;
  const matrix = {
    apiVersion: report.apiVersion,
    kind: 'Matrix',
    source: '/home/me/selvedge.yaml',
    family: report.family,
    version: report.version,
    model: { file: '/home/me/m.onnx', digest: report.model.digest, bytes: 1 },
    variants: report.variants.map(({ id, digest }) => ({ id, digest })),
    targets: [],
    cells: [],
    requirements: [],
    ok: true,
    toolchain: { selvedge: '0.1.0' },
    ...change,
  };
  await writeFile(join(buildDir, 'matrix.json'), JSON.stringify(matrix));
}

const send = async (buildDir?: string): Promise<Published> =>
  publish({ hub: hub.url, keys, buildDir: buildDir ?? (await build()) });

const verify = (from: { readonly url: string } = hub, root = join(keys, 'root.json')) =>
  cliHere([
    ...['release', 'verify', 'acme/glyphs', '--hub', from.url],
    ...['--trust-root', root, '--json'],
  ]);

/** Attaches an envelope to the first variant, as any client of the registry could. */
async function attach(published: Published, type: string, envelope: object): Promise<void> {
  const oci = `${hub.url}/v2/acme/glyphs`;
  const [variant] = published.variants;
  const push = async (content: string) => {
    const digest = await digestOf(content);
    const answer = await fetch(`${oci}/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: content,
    });
    expect(answer.status).toBe(201);
    return { digest, size: content.length };
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: attestation.envelope,
    config: { mediaType: attestation.empty, ...(await push('{}')) },
    layers: [{ mediaType: attestation.envelope, ...(await push(JSON.stringify(envelope))) }],
    subject: { mediaType: mediaTypes.manifest, digest: variant!.manifest, size: 1 },
    annotations: { 'in-toto.io/predicate-type': type },
  });
  const answer = await fetch(`${oci}/manifests/${await digestOf(manifest)}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': mediaTypes.manifest },
  });
  expect(answer.status).toBe(201);
}

async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256:${Buffer.from(hash).toString('hex')}`;
}

/** The envelopes that are attached to the first variant, by predicate type. */
async function envelopes({ variants }: Published) {
  const oci = `${hub.url}/v2/acme/glyphs`;
  const { manifests } = await (await fetch(`${oci}/referrers/${variants[0]!.manifest}`)).json();
  const found: Record<string, { payload: string; signatures: object[] }> = {};
  for (const { digest, annotations } of manifests) {
    const manifest = await (await fetch(`${oci}/manifests/${digest}`)).json();
    const envelope = await (await fetch(`${oci}/blobs/${manifest.layers[0].digest}`)).json();
    found[annotations['in-toto.io/predicate-type']] = envelope;
  }
  return found;
}

const statementIn = ({ payload }: { payload: string }) =>
  JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));

const signerOf = async (directory: string) =>
  (await openKeys(directory).signers({ family: 'acme/glyphs' }))[0]!;

const sign = async (statement: object, directory = keys) =>
  signEnvelope(statementType, new TextEncoder().encode(JSON.stringify(statement)), [
    await signerOf(directory),
  ]);

describe('what is attached to a release', () => {
  it('is provenance and a bill of materials for each variant, and the matrix', async () => {
    await send();
    const shown = await cliHere(['release', 'show', 'acme/glyphs', '--hub', hub.url, '--json']);
    const { attestations } = shown.json as { attestations: { variant: string; kind: string }[] };
    const { keyid } = await signerOf(keys);
    const kinds = attestations.map(({ variant, kind }) => `${variant} ${kind}`);
    expect(kinds.sort()).toEqual(['device-fp32 bom', 'device-fp32 provenance', 'null matrix']);
    expect(attestations.every((one) => 'by' in one && one.by === keyid)).toBe(true);
  });

  it('holds, and is verified with the rest', async () => {
    await send();
    const { code, json } = await verify();
    expect(code).toBe(0);
    const { attestations } = json as { attestations: { kind: string; state: string }[] };
    expect(attestations.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'bom holds',
      'matrix holds',
      'provenance holds',
    ]);
  });

  it('tells nobody where the model was built', async () => {
    const published = await send();
    const { matrix } = await matrixOf(published);
    expect(matrix.predicate.source).toBe('selvedge.yaml');
    expect(JSON.stringify(matrix)).not.toContain('/home/me');
  });

  it('leaves out a matrix that judged another build, and refuses one that is none', async () => {
    const buildDir = await build();
    const variants = [{ id: 'device-fp32', digest: `sha256:${'1'.repeat(64)}` }];
    await judge(buildDir, { variants });
    const lines: string[] = [];
    const { attestations } = await publish({
      hub: hub.url,
      keys,
      buildDir,
      onProgress: (line) => lines.push(line),
    });
    expect(attestations.map(({ variant }) => variant)).toEqual(['device-fp32', 'device-fp32']);
    expect(lines.join('\n')).toContain('matrix.json is not attached');
    await writeFile(join(buildDir, 'matrix.json'), '[');
    await expect(send(buildDir)).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('is found under a tag where a registry lists no referrers', async () => {
    const without: typeof fetch = (url, init) =>
      String(url).includes('/referrers/')
        ? Promise.resolve(new Response('', { status: 404 }))
        : fetch(url, init);
    await publish({ hub: hub.url, keys, buildDir: await build(), fetch: without });
    const tags = await (await fetch(`${hub.url}/v2/acme/glyphs/tags/list`)).json();
    expect(tags.tags.filter((tag: string) => tag.startsWith('sha256-'))).toHaveLength(2);
    const old = await registryWithoutReferrers();
    try {
      const { code, json } = await verify(old);
      expect(code).toBe(0);
      expect((json as { attestations: object[] }).attestations).toHaveLength(3);
    } finally {
      await old.close();
    }
  });

  it('is missing where a carrier keeps it back, which is told and refuses nothing', async () => {
    await send();
    proxy.rewrite = (path) =>
      path.includes('/referrers/') ? Buffer.from('{"manifests":[]}') : undefined;
    const { code, json } = await verify(proxy);
    expect(code).toBe(0);
    const { attestations } = json as { attestations: { kind: string; state: string }[] };
    expect(attestations.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'provenance missing',
      'bom missing',
    ]);
  });
});

/** The statement that is attached to the index. */
async function matrixOf({ index }: Published) {
  const oci = `${hub.url}/v2/acme/glyphs`;
  const { manifests } = await (await fetch(`${oci}/referrers/${index}`)).json();
  const carrier = await (await fetch(`${oci}/manifests/${manifests[0].digest}`)).json();
  const envelope = await (await fetch(`${oci}/blobs/${carrier.layers[0].digest}`)).json();
  return { matrix: statementIn(envelope) };
}

/** The hub as a registry of before distribution 1.1 answers. */
async function registryWithoutReferrers() {
  const { createServer } = await import('node:http');
  const server = createServer(async (request, response) => {
    const answer = request.url!.includes('/referrers/')
      ? new Response('{}', { status: 404 })
      : await fetch(`${hub.url}${request.url}`);
    const headers = [...answer.headers].filter(([name]) => /^(content-type|etag)$/.test(name));
    response.writeHead(answer.status, Object.fromEntries(headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a statement that was tampered with', () => {
  const broken = async (message: RegExp, from: { readonly url: string } = hub) => {
    const { code, json } = await verify(from);
    expect(code).toBe(4);
    const links = (json as { links: { what: string; ok: boolean; detail: string }[] }).links;
    const failed = links.filter(({ ok }) => !ok);
    expect(failed.map(({ what }) => what)).toEqual(['attestation']);
    expect(failed[0]!.detail).toMatch(message);
  };

  it('on its way is refused, in one line', async () => {
    await send();
    proxy.rewrite = (path, body) => {
      const text = body.toString('utf8');
      if (!path.includes('/blobs/') || !text.includes('"payloadType"')) return undefined;
      const envelope = JSON.parse(text);
      const statement = statementIn(envelope);
      if (statement.predicateType !== predicateTypes.bom) return undefined;
      statement.predicate.metadata.component.licenses = [{ expression: 'MIT' }];
      envelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
      return Buffer.from(JSON.stringify(envelope).padEnd(text.length).slice(0, text.length));
    };
    await broken(/do not have the signed digest/, proxy);
    const { code, stdout } = await cliHere([
      ...['release', 'verify', 'acme/glyphs', '--hub', proxy.url],
      ...['--trust-root', join(keys, 'root.json')],
    ]);
    expect(code).toBe(4);
    expect(stdout.split('\n')[0]).toMatch(
      /^Refused: acme\/glyphs 1\.0\.0 does not hold: attestation device-fp32 bom sha256:/,
    );
  });

  it('in the registry, with its signature left', async () => {
    const published = await send();
    const { [predicateTypes.provenance]: envelope } = await envelopes(published);
    const statement = statementIn(envelope!);
    statement.predicate.runDetails.builder.id = 'https://elsewhere.example';
    const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    await attach(published, predicateTypes.provenance, { ...envelope, payload });
    await broken(/its signature does not hold/);
  });

  it('in the registry, about another variant', async () => {
    const published = await send();
    const { [predicateTypes.provenance]: envelope } = await envelopes(published);
    const statement = statementIn(envelope!);
    statement.subject[0].digest.sha256 = '0'.repeat(64);
    await attach(published, predicateTypes.provenance, await sign(statement));
    await broken(/it does not speak of sha256:/);
  });

  it('in the registry, so that it contradicts the bytes it names', async () => {
    const published = await send();
    const { [predicateTypes.bom]: envelope } = await envelopes(published);
    const statement = statementIn(envelope!);
    statement.predicate.metadata.component.hashes[0].content = '0'.repeat(64);
    await attach(published, predicateTypes.bom, await sign(statement));
    await broken(/its model is sha256:0000/);
  });
});

describe('a statement by somebody else', () => {
  it('stands beside the family’s own, and is not judged', async () => {
    const published = await send();
    const { [predicateTypes.provenance]: envelope } = await envelopes(published);
    const stranger = join(dir, 'stranger');
    await initKeys(stranger, 'acme/glyphs');
    const theirs = await sign(statementIn(envelope!), stranger);
    await attach(published, predicateTypes.provenance, theirs);
    const { code, json } = await verify();
    expect(code).toBe(0);
    const { attestations } = json as { attestations: { state: string }[] };
    expect(attestations.filter(({ state }) => state === 'foreign')).toHaveLength(1);
  });

  it('in the place of the family’s own is refused: after a rotation, until it publishes again', async () => {
    const published = await send();
    await rotateKey({ keys, role: { family: 'acme/glyphs' }, hub: hub.url });
    const { code, json } = await verify();
    expect(code).toBe(4);
    const { links } = json as { links: { ok: boolean; detail: string }[] };
    expect(links.filter(({ ok }) => !ok).map(({ detail }) => detail)).toEqual([
      expect.stringContaining('no key of the family'),
      expect.stringContaining('no key of the family'),
    ]);
    expect((await send(join(dir, 'build'))).index).toBe(published.index);
    expect((await verify()).code).toBe(0);
  });
});

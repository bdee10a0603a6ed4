/** A real hub process, killed with -9 while blobs are pushed and documents published. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mediaTypes } from '@selvedge/core/release';
import { isRefusal, memoryTrustStore, openTrustClient } from '@selvedge/core/trust';
import { afterAll, expect, it } from 'vitest';
import { openPublisher, type Publisher } from '../../hub/publisher.ts';

const dir = await mkdtemp(join(tmpdir(), 'selvedge-hub-kill-'));
let last: ChildProcess | undefined;
afterAll(async () => {
  last?.kill('SIGKILL');
  await rm(dir, { recursive: true });
});

const program = fileURLToPath(new URL('./hub-child.ts', import.meta.url));

async function startChild(): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [program, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  last = child;
  for await (const line of createInterface(child.stdout!)) return { url: line, child };
  throw new Error('the hub said nothing');
}

const digestOf = (bytes: Uint8Array) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const config = Buffer.from('{}');
/** What the hub has acknowledged. */
const acknowledged = {
  blobs: new Map<string, Buffer>(),
  tags: new Map<string, string>(),
  versions: 0,
};

async function pushBlob(
  url: string,
  bytes: Buffer<ArrayBuffer>,
  chunked: boolean,
): Promise<string> {
  const blobs = `${url}/v2/acme/glyphs/blobs`;
  const begun = await fetch(`${blobs}/uploads/`, { method: 'POST' });
  const session = url + begun.headers.get('location');
  const digest = digestOf(bytes);
  if (chunked) await fetch(session, { method: 'PATCH', body: bytes });
  const done = await fetch(`${session}?digest=${digest}`, {
    method: 'PUT',
    ...(chunked ? {} : { body: bytes }),
  });
  expect(done.status).toBe(201);
  acknowledged.blobs.set(digest, bytes);
  return digest;
}

async function pushManifest(url: string, tag: string, layer: Buffer<ArrayBuffer>): Promise<void> {
  const describe = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(mediaTypes.modelConfig, config),
    layers: [describe(mediaTypes.modelWeights, layer)],
  });
  const put = await fetch(`${url}/v2/acme/glyphs/manifests/${tag}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': mediaTypes.manifest },
  });
  expect(put.status).toBe(201);
  acknowledged.tags.set(tag, manifest);
}

let count = 0;

/** Pushes and publishes until the connection is gone. */
async function work(url: string, publisher: Publisher): Promise<void> {
  for (;;) {
    const n = count++;
    const layer = randomBytes(20_000);
    await pushBlob(url, config, false);
    await pushBlob(url, layer, n % 2 === 0);
    await pushManifest(url, `tag-${n}`, layer);
    const update = await publisher.release('acme/glyphs', `1.${n}.0`);
    unsure = update;
    expect((await publisher.post(update)).status).toBe(200);
    unsure = undefined;
    acknowledged.versions++;
  }
}

/** An update whose answer was lost: after the restart it is there whole, or not at all. */
let unsure: Record<string, unknown> | undefined;

async function settle(publisher: Publisher): Promise<void> {
  if (!unsure) return;
  expect([200, 409]).toContain((await publisher.post(unsure)).status);
  acknowledged.versions++;
  unsure = undefined;
}

async function check(url: string): Promise<void> {
  for (const [digest, bytes] of acknowledged.blobs) {
    const blob = await (await fetch(`${url}/v2/acme/glyphs/blobs/${digest}`)).bytes();
    expect(Buffer.from(blob).equals(bytes)).toBe(true);
  }
  // Killed before its first push, the hub knows no such repository: then none was acknowledged.
  const { tags = [] } = (await (await fetch(`${url}/v2/acme/glyphs/tags/list?n=1000`)).json()) as {
    tags?: string[];
  };
  for (const tag of new Set([...tags, ...acknowledged.tags.keys()])) {
    const text = await (await fetch(`${url}/v2/acme/glyphs/manifests/${tag}`)).text();
    if (acknowledged.tags.has(tag)) expect(text).toBe(acknowledged.tags.get(tag));
    const { layers } = JSON.parse(text) as { layers: { digest: string }[] };
    for (const { digest } of layers) {
      const head = await fetch(`${url}/v2/acme/glyphs/blobs/${digest}`, { method: 'HEAD' });
      expect(head.status).toBe(200);
    }
  }
  await checkTrust(url);
}

/** What a device does: root → timestamp → snapshot → targets → family → release. */
async function checkTrust(url: string): Promise<void> {
  const root = await (await fetch(`${url}/trust/1.root.json`)).bytes();
  const client = await openTrustClient(
    {
      store: memoryTrustStore(),
      clock: () => new Date(),
      fetch: async (path) => {
        const answer = await fetch(`${url}/trust/${path}`);
        return answer.ok ? { kind: 'found', bytes: await answer.bytes() } : { kind: 'missing' };
      },
    },
    root,
  );
  if (isRefusal(client)) throw new Error(client.message);
  expect(await client.refresh()).toMatchObject({ changed: true });
  const { families } = (await (await fetch(`${url}/api/v1/families`)).json()) as {
    families: { versions: string[] }[];
  };
  const versions = families[0]?.versions ?? [];
  expect(versions.length).toBe(acknowledged.versions);
  for (const version of versions) {
    const target = await client.target(`families/acme/glyphs/releases/${version}.json`);
    if (isRefusal(target)) throw new Error(target.message);
  }
}

it('a hub killed at any moment has all it acknowledged, and nothing half', async () => {
  let { url, child } = await startChild();
  const publisher = await openPublisher(url);
  await publisher.post(await publisher.establish());
  for (let kill = 0; kill < 4; kill++) {
    const working = work(url, publisher).catch((caught: Error) => caught);
    setTimeout(() => child.kill('SIGKILL'), 150 + kill * 97);
    await once(child, 'exit');
    expect(await working).toMatchObject({
      message: expect.stringMatching(/fetch failed|terminated|other side closed/),
    });
    ({ url, child } = await startChild());
    publisher.moveTo(url);
    await settle(publisher);
    await check(url);
    expect(await readdir(join(dir, 'uploads'))).toEqual([]);
  }
  expect(acknowledged.blobs.size).toBeGreaterThan(6);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

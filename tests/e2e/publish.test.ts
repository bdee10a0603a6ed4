import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEnvelope } from '@selvedge/core/trust';
import { initKeys, openKeys } from '@selvedge/forge/keys';
import { type Published, type PublishOptions, publish, rotateKey } from '@selvedge/forge/publish';
import { type Hub, startHub } from '@selvedge/hub';
import { openTrust, type Trust, verifyRelease } from '@selvedge/node/trust';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';
import { type TinyBuildOptions, tinyBuild } from '../support/tiny-build.ts';

const scratch = await mkdtemp(join(tmpdir(), 'selvedge-publish-'));
afterAll(() => rm(scratch, { recursive: true }));

let dir: string;
let hub: Hub;
let keys: string;
beforeEach(async () => {
  dir = await mkdtemp(join(scratch, 't-'));
  keys = join(dir, 'keys');
  await initKeys(keys);
  hub = await startHub({ dataDir: join(dir, 'hub'), port: 0, dev: true, logLevel: 'silent' });
});
afterEach(() => hub.close());

let builds = 0;
const build = (options?: TinyBuildOptions): Promise<string> =>
  tinyBuild(join(dir, `build-${builds++}`), options);

async function send(options: TinyBuildOptions & Partial<PublishOptions> = {}): Promise<Published> {
  return publish({
    hub: hub.url,
    keys,
    ...options,
    version: undefined,
    buildDir: await build(options),
  });
}

/** A device that was given the root of trust. */
async function device(root = join(keys, 'root.json'), data = join(dir, 'device')): Promise<Trust> {
  return openTrust({ dir: data, origins: [hub.url], trustRoot: root });
}

describe('a published build', () => {
  it('is what a device finds, down to every byte', async () => {
    const published = await send({ variants: { fp32: 'pass', fp16: 'unproven' } });
    expect(published).toMatchObject({ changed: true, channelVersion: '1.0.0', version: '1.0.0' });
    const trust = await device();
    const verified = await verifyRelease(trust, hub.url, 'acme/glyphs');
    expect(verified).toMatchObject({ ok: true, version: '1.0.0' });
    expect(verified.links.filter(({ what }) => what === 'layer')).toHaveLength(6);
    expect(await trust.policy('acme/glyphs')).toMatchObject({ labels: { private: 'device' } });
    expect(await trust.families()).toEqual(['acme/glyphs']);
    const release = await trust.release('acme/glyphs', '1.0.0');
    expect(release?.variants.map(({ manifest }) => manifest.digest)).toEqual(
      published.variants.map(({ manifest }) => manifest),
    );
  });

  it('has a tag for the release and one for each variant, that no other release could have', async () => {
    await send({ variants: { fp32: 'pass', fp16: 'unproven' } });
    const answer = await fetch(`${hub.url}/v2/acme/glyphs/tags/list`);
    const { name, tags } = (await answer.json()) as { name: string; tags: string[] };
    expect(name).toBe('acme/glyphs');
    expect(tags).toEqual(['1.0.0', '1.0.0_device-fp16', '1.0.0_device-fp32']);
  });

  it('carries signed statements: where each variant comes from, and its bill of materials', async () => {
    const { variants, attestations } = await send();
    const subject = variants[0]!.manifest;
    const oci = `${hub.url}/v2/acme/glyphs`;
    const index = await (await fetch(`${oci}/referrers/${subject}`)).json();
    expect(index.manifests.map((one: { digest: string }) => one.digest)).toEqual(
      attestations.map(({ manifest }) => manifest).sort(),
    );
    const [key] = await openKeys(keys).signers({ family: 'acme/glyphs' });
    const types = [];
    for (const { digest } of index.manifests) {
      const manifest = await (await fetch(`${oci}/manifests/${digest}`)).json();
      expect(manifest.subject.digest).toBe(subject);
      const envelope = await (await fetch(`${oci}/blobs/${manifest.layers[0].digest}`)).json();
      const payload = await openEnvelope(envelope, [key!.key]);
      const said = JSON.parse(new TextDecoder().decode(payload));
      const digests = said.subject.map((one: { digest: { sha256: string } }) => one.digest.sha256);
      expect(digests).toContain(subject.slice('sha256:'.length));
      types.push(said.predicateType);
    }
    expect(types.sort()).toEqual(['https://cyclonedx.org/bom', 'https://slsa.dev/provenance/v1']);
  });

  it('says nothing twice that differs by its time alone', async () => {
    const [first, again] = [await send(), await send({ createdAt: '2026-11-21T09:00:00Z' })];
    expect(first.attestations.every(({ pushed }) => pushed)).toBe(true);
    expect(again.attestations).toEqual(
      first.attestations.map((one) => ({ ...one, pushed: false })),
    );
  });

  it('changes nothing when it is published again, or built again with other timings', async () => {
    await send();
    for (const createdAt of ['2026-11-20T12:00:00Z', '2026-11-21T09:00:00Z']) {
      expect(await send({ createdAt })).toMatchObject({
        changed: false,
        pushed: { blobs: 0, bytes: 0 },
      });
    }
  });

  it('is refused when its version has other content, before anything is pushed', async () => {
    await send();
    const requests: string[] = [];
    const watch: typeof fetch = (url, init) => {
      if (init?.method && init.method !== 'GET') requests.push(`${init.method} ${url}`);
      return fetch(url, init);
    };
    await expect(send({ model: 'another', fetch: watch })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(requests).toEqual([]);
  });

  it('leaves variants behind that failed their bar or were not made', async () => {
    const published = await send({ variants: { fp32: 'pass', fp16: 'fail', int8: 'skipped' } });
    expect(published.variants.map(({ id }) => id)).toEqual(['device-fp32']);
    expect(published.withheld).toEqual([
      { id: 'device-fp16', status: 'fail', reason: 'it is fail' },
      { id: 'device-int8', status: 'skipped', reason: 'it is skipped' },
    ]);
    await expect(send({ version: '2.0.0', variants: { fp32: 'fail' } })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });

  it('moves its channel forward, and not back', async () => {
    await send({ version: '1.0.0' });
    await send({ version: '1.1.0', model: 'better' });
    expect(await send({ version: '1.0.0' })).toMatchObject({
      changed: false,
      channelVersion: '1.1.0',
    });
    expect(await send({ version: '1.0.0', channel: 'canary' })).toMatchObject({
      changed: true,
      channelVersion: '1.0.0',
    });
    const trust = await device();
    await trust.refresh();
    expect((await trust.channel('acme/glyphs', 'stable'))?.version).toBe('1.1.0');
    expect((await trust.channel('acme/glyphs', 'canary'))?.version).toBe('1.0.0');
    expect(await trust.channel('acme/glyphs', 'nightly')).toBeUndefined();
  });

  it('stands beside those of other families, each with a key of its own', async () => {
    await send({ family: 'acme/glyphs' });
    await send({ family: 'acme/words' });
    const trust = await device();
    await trust.refresh();
    expect(await trust.families()).toEqual(['acme/glyphs', 'acme/words']);
    expect(await openKeys(keys).families()).toEqual(['acme/glyphs', 'acme/words']);
  });

  it('gets there when several are published at once', async () => {
    await send();
    const versions = ['1.1.0', '1.2.0', '1.3.0'];
    const all = await Promise.all(versions.map((version) => send({ version, model: version })));
    expect(all.every(({ changed }) => changed)).toBe(true);
    const trust = await device();
    await trust.refresh();
    for (const version of versions)
      expect(await trust.release('acme/glyphs', version)).toBeDefined();
  });
});

describe('a publish that breaks off', () => {
  it('goes on in the middle of a large blob', async () => {
    const model = new Uint8Array(40 * 1024 * 1024).map((_, at) => at % 251);
    let [patches, sent] = [0, 0];
    const flaky: typeof fetch = async (url, init) => {
      if (init?.method === 'PATCH') {
        patches += 1;
        sent += (init.body as Blob).size;
        if (patches === 2) throw new TypeError('fetch failed');
      }
      return fetch(url, init);
    };
    const published = await send({ model, fetch: flaky });
    expect(published.pushed.bytes).toBeGreaterThan(model.length);
    expect([patches, sent]).toEqual([3, 48 * 1024 * 1024]);
    expect(await verifyRelease(await device(), hub.url, 'acme/glyphs')).toMatchObject({ ok: true });
  });

  it('is completed by the next one, with the same root', async () => {
    const cut: typeof fetch = (url, init) =>
      String(url).endsWith('/trust/updates')
        ? Promise.reject(new TypeError('fetch failed'))
        : fetch(url, init);
    await expect(send({ fetch: cut })).rejects.toMatchObject({ code: 'network' });
    const root = await openKeys(keys).root();
    expect(await send()).toMatchObject({ changed: true, pushed: { blobs: 0 } });
    expect((await openKeys(keys).root())?.bytes).toEqual(root?.bytes);
  });
});

describe('a hub that starts over', () => {
  it('continues the line of roots, and a device that knew the old one follows', async () => {
    await send();
    const first = join(dir, 'first-root.json');
    await cp(join(keys, 'root.json'), first);
    const trust = await device(first);
    await trust.refresh();
    await hub.close();
    await rm(join(dir, 'hub'), { recursive: true });
    hub = await startHub({ dataDir: join(dir, 'hub'), port: 0, dev: true, logLevel: 'silent' });
    await send();
    const again = await device(first);
    await again.refresh();
    expect((await again.channel('acme/glyphs', 'stable'))?.version).toBe('1.0.0');
    // A device under --dev that never had a root finds the first one there is.
    const fresh = await openTrust({
      dir: join(dir, 'fresh'),
      origins: [hub.url],
      firstUseFrom: hub.url,
    });
    await fresh.refresh();
    expect(fresh.client?.state.root.signed.version).toBe(2);
  });
});

describe('what is about to expire', () => {
  it('is renewed by the next publish, also by one that changes nothing', async () => {
    const start = new Date();
    await send({ now: start });
    await hub.close();
    const later = new Date(start.valueOf() + 300 * 24 * 3_600_000);
    hub = await startHub({
      dataDir: join(dir, 'hub'),
      port: 0,
      dev: true,
      logLevel: 'silent',
      clock: () => later,
    });
    const renewed = await send({ now: later });
    expect(renewed).toMatchObject({
      changed: false,
      roles: { root: 2, targets: 2, 'acme.glyphs': 2 },
    });
    expect((await openKeys(keys).root())?.signed.version).toBe(2);
  });
});

describe('a key rotation', () => {
  it.each(['root', 'targets', { family: 'acme/glyphs' }] as const)(
    'of %j is followed by a device with the first root',
    async (role) => {
      await send();
      const first = join(dir, 'first-root.json');
      await cp(join(keys, 'root.json'), first);
      const trust = await device(first);
      await trust.refresh();
      const rotated = await rotateKey({ keys, role, hub: hub.url });
      expect(rotated).toMatchObject({ published: true });
      expect((await openKeys(keys).signers(role)).map(({ keyid }) => keyid)).toEqual([rotated.to]);
      await send({ version: '1.1.0', model: 'next' });
      await trust.refresh();
      expect((await trust.channel('acme/glyphs', 'stable'))?.version).toBe('1.1.0');
    },
  );

  it('of the root without a hub goes there with the next publish', async () => {
    await send();
    const first = join(dir, 'first-root.json');
    await cp(join(keys, 'root.json'), first);
    await rotateKey({ keys, role: 'root' });
    await rotateKey({ keys, role: 'root' });
    await send({ version: '1.1.0', model: 'next' });
    const trust = await device(first);
    await trust.refresh();
    expect(trust.client?.state.root.signed.version).toBe(3);
  });

  it('of a family needs a hub', async () => {
    await send();
    await expect(rotateKey({ keys, role: { family: 'acme/glyphs' } })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('that broke off after it was published is finished by the next', async () => {
    await send();
    const cut: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (String(url).endsWith('/trust/updates')) throw new TypeError('fetch failed');
      return answer;
    };
    await expect(
      rotateKey({ keys, role: 'targets', hub: hub.url, fetch: cut }),
    ).rejects.toMatchObject({ code: 'network' });
    await send({ family: 'acme/words' });
    expect(await rotateKey({ keys, role: 'targets', hub: hub.url })).toMatchObject({
      published: true,
    });
    await send({ family: 'acme/more' });
  });
});

describe('a publisher is told what is wrong', () => {
  it('when its keys may not sign for the family', async () => {
    await send();
    const other = join(dir, 'other-keys');
    await initKeys(other, 'acme/glyphs');
    await cp(join(keys, 'root.json'), join(other, 'root.json'));
    await expect(send({ version: '2.0.0', keys: other })).rejects.toMatchObject({
      code: 'trust-signature',
    });
  });

  it('when it has no root of a hub that has one', async () => {
    await send();
    const other = join(dir, 'other-keys');
    await initKeys(other);
    await expect(send({ version: '2.0.0', keys: other })).rejects.toMatchObject({
      code: 'trust-no-root',
    });
  });

  it('when there are no keys', async () => {
    await expect(send({ keys: join(dir, 'nothing') })).rejects.toMatchObject({
      code: 'trust-no-root',
    });
  });

  it('when a hub wants a token', async () => {
    const closed = await startHub({
      dataDir: join(dir, 'closed'),
      port: 0,
      dev: false,
      logLevel: 'silent',
    });
    try {
      await expect(send({ hub: closed.url })).rejects.toMatchObject({ code: 'unauthenticated' });
    } finally {
      await closed.close();
    }
  });

  it('when the hub answers HTML, or not at all', async () => {
    const page = createServer((_, response) => void response.writeHead(200).end('<html>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    await expect(send({ hub: url })).rejects.toMatchObject({ code: 'bad-upstream' });
    page.closeAllConnections();
    page.close();
    await expect(send({ hub: url })).rejects.toMatchObject({ code: 'network' });
  });

  it('when the directory holds no build', async () => {
    const buildDir = await mkdtemp(join(dir, 'empty-'));
    await expect(publish({ hub: hub.url, keys, buildDir })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await writeFile(join(buildDir, 'report.json'), '{"kind":"Other"}');
    await expect(publish({ hub: hub.url, keys, buildDir })).rejects.toMatchObject({
      code: 'bad-document',
    });
  });
});

describe('the command line', () => {
  it('makes keys, publishes, lists, shows and verifies', async () => {
    const out = join(dir, 'cli-keys');
    const at = ['--hub', hub.url, '--json'];
    expect(await cliHere(['keys', 'init', '--out', out, '--json'])).toMatchObject({
      code: 0,
      json: { made: [{ role: 'root' }, { role: 'targets' }] },
    });
    expect(await cliHere(['keys', 'init', '--out', out])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('keys are never overwritten'),
    });
    expect(await cliHere(['keys', 'export', '--out', out])).toMatchObject({ code: 2 });
    const buildDir = await build();
    expect(await cliHere(['publish', buildDir, '--keys', out, ...at])).toMatchObject({
      code: 0,
      json: { changed: true },
    });
    const exported = await cliHere([
      'keys',
      'export',
      '--out',
      out,
      '--to',
      join(dir, 'root.json'),
    ]);
    expect(exported.code).toBe(0);
    expect(await cliHere(['keys', 'show', '--out', out, '--json'])).toMatchObject({
      json: {
        root: { version: 1 },
        keys: [{ role: 'root' }, { role: 'targets' }, { role: 'acme/glyphs' }],
      },
    });
    expect(await cliHere(['release', 'list', ...at])).toMatchObject({
      json: { families: [{ family: 'acme/glyphs', versions: ['1.0.0'] }] },
    });
    expect(await cliHere(['release', 'show', 'acme/glyphs', ...at])).toMatchObject({
      json: { release: { version: '1.0.0' } },
    });
    expect(
      await cliHere([
        'release',
        'verify',
        'acme/glyphs',
        '--trust-root',
        join(dir, 'root.json'),
        ...at,
      ]),
    ).toMatchObject({ code: 0, json: { ok: true } });
    expect(await cliHere(['release', 'verify', 'acme/glyphs', '1.0.0', ...at])).toMatchObject({
      code: 0,
      json: { ok: true, trustRoot: null },
    });
  });

  it('exits 4 for a root of trust that is not the hub’s, 3 for a conflict, 2 for a wrong name', async () => {
    await send();
    const stranger = join(dir, 'stranger');
    await initKeys(stranger);
    const other = await startHub({
      dataDir: join(dir, 'other-hub'),
      port: 0,
      dev: true,
      logLevel: 'silent',
    });
    await send({ hub: other.url, keys: stranger });
    await other.close();
    const verify = ['release', 'verify', 'acme/glyphs', '--hub', hub.url];
    expect((await cliHere([...verify, '--trust-root', join(stranger, 'root.json')])).code).toBe(4);
    expect(
      (await cliHere(['publish', await build({ model: 'x' }), '--keys', keys, '--hub', hub.url]))
        .code,
    ).toBe(3);
    expect((await cliHere(['release', 'verify', 'Glyphs', '--hub', hub.url])).code).toBe(2);
    expect((await cliHere(['keys', 'rotate', 'acme', '--out', keys])).code).toBe(2);
  });
});

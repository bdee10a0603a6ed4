import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '@selvedge/core/device';
import { SelvedgeError } from '@selvedge/core/errors';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobOrigin, blobOrigin } from '../../../../tests/support/blob-origin.ts';
import { documentsOf } from '../../../../tests/support/documents.ts';
import {
  type TinyVariantOptions,
  tinyInput,
  tinyRelease,
} from '../../../../tests/support/tiny-release.ts';
import { type ContentStore, directoryStore } from '../store/index.ts';
import { openInstaller } from './installer.ts';
import type { Installer, InstallerEvent, LoadModel } from './ports.ts';

const family = 'acme/digits';
const engine = createOrtEngine({ threads: 1 });
const profile: Profile = {
  platform: { os: 'linux', arch: 'x64' },
  engines: [{ name: 'onnxruntime', version: engine.version }],
  units: [
    { kind: 'cpu', provider: 'cpu', precisions: ['fp32', 'int8'], tops: { fp32: 0.1, int8: 0.2 } },
  ],
  memory: { budgetBytes: 1e9, bandwidth: 1e10 },
  provenance: 'estimated',
};

let dir: string;
let origin: BlobOrigin;
let documents: ReturnType<typeof documentsOf>;
let installer: Installer;
let events: InstallerEvent[];

const open = async (
  load?: LoadModel,
  wrap = (store: ContentStore): ContentStore => store,
): Promise<Installer> => {
  events = [];
  installer = await openInstaller({
    dir,
    store: wrap(directoryStore(join(dir, 'blobs'))),
    trust: documents,
    engine,
    tier: 'device',
    profile,
    sources: () => [origin.url],
    idleMs: 2_000,
    onEvent: (event) => events.push(event),
    ...(load && { load }),
  });
  return installer;
};

const reopen = async (): Promise<Installer> => {
  await installer.close();
  return open();
};

const publish = (version: string, options: TinyVariantOptions = {}): void => {
  const release = tinyRelease(family, version, [options]);
  for (const [digest, blob] of release.blobs) origin.blobs.set(digest, blob);
  documents.publish(release);
};

/** What the device answers to [1, 2, 3, 4]. */
const answer = async (): Promise<number[] | undefined> => {
  const result = await installer.active(family)?.run(tinyInput());
  return result && [...(result.outputs.y!.data as Float32Array)];
};

const steps = (): string[] => [...new Set(events.map(({ step }) => step))];
const versions = (): string[] =>
  installer.installed().map(({ version, state }) => `${version} ${state}`);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'installer-'));
  origin = await blobOrigin();
  documents = documentsOf(family);
  await open();
});

afterEach(async () => {
  await installer.close();
  await origin.close();
  await rm(dir, { recursive: true, force: true });
});

afterAll(() => engine.close());

describe('the installer', () => {
  it('takes a release through every step and then answers with it', async () => {
    publish('1.0.0', { scale: 2 });
    const [outcome] = await installer.poll();
    expect(outcome).toMatchObject({ result: 'committed', transferred: { saved: 0 } });
    expect(outcome!.transferred.bytes).toBe(outcome!.transferred.full);
    expect(steps()).toEqual(['chosen', 'fetching', 'verified', 'staged', 'probation', 'committed']);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });

  it('asks the origin for nothing when there is nothing new', async () => {
    publish('1.0.0');
    await installer.poll();
    const before = origin.requests.length;
    expect(await installer.poll()).toMatchObject([
      { result: 'current', transferred: { bytes: 0 } },
    ]);
    expect(origin.requests).toHaveLength(before);
  });

  it('answers after a restart without any network', async () => {
    publish('1.0.0', { scale: 3 });
    await installer.poll();
    await origin.close();
    await reopen();
    expect(await answer()).toEqual([3, 6, 9, 12]);
    origin = await blobOrigin();
  });

  it('moves to a newer release, keeps the one before, and removes the third oldest', async () => {
    for (const [version, scale] of [
      ['1.0.0', 2],
      ['2.0.0', 3],
      ['3.0.0', 4],
    ] as const) {
      publish(version, { scale });
      await installer.poll();
    }
    expect(await answer()).toEqual([4, 8, 12, 16]);
    expect(installer.installations()[0]?.previous?.version).toBe('2.0.0');
    const blobs = [];
    for await (const blob of directoryStore(join(dir, 'blobs')).list()) blobs.push(blob);
    // Manifest, model and golden document of two releases.
    expect(blobs).toHaveLength(6);
  });

  it('lets runs in flight end while a newer release takes over', async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    const before = installer.active(family)!;
    const runs = Array.from({ length: 50 }, () => before.run(tinyInput()));
    publish('2.0.0', { scale: 3 });
    await installer.poll();
    await expect(Promise.all(runs)).resolves.toHaveLength(50);
  });
});

describe('a release whose golden inputs fail', () => {
  beforeEach(async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    publish('2.0.0', { scale: 3, goldenScale: 5 });
  });

  it('is rolled back, and the one before goes on answering', async () => {
    const [outcome] = await installer.poll();
    expect(outcome).toMatchObject({ result: 'rolled-back', error: { code: 'golden-failed' } });
    expect(versions()).toEqual(['1.0.0 committed', '2.0.0 rolled-back']);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });

  it('is not fetched again, also after a restart', async () => {
    await installer.poll();
    const before = origin.requests.length;
    await reopen();
    const [outcome] = await installer.poll();
    expect(outcome).toMatchObject({
      result: 'rolled-back',
      error: { details: { remembered: true } },
    });
    expect(origin.requests).toHaveLength(before);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });

  it('gives way to the next release', async () => {
    await installer.poll();
    publish('2.0.1', { scale: 5 });
    await installer.poll();
    expect(versions()).toEqual(['2.0.1 committed']);
    expect(await answer()).toEqual([5, 10, 15, 20]);
  });
});

describe('a golden document that needs a newer reader', () => {
  it('is not answered by half: the variant waits on the disk for that reader', async () => {
    publish('1.0.0', { scale: 2, goldenCritical: ['perceptual'] });
    const waiting = {
      result: 'postponed',
      error: { code: 'bad-document', message: expect.stringContaining('knows perceptual') },
    };
    expect(await installer.poll()).toMatchObject([waiting]);
    expect(steps()).not.toContain('staged');
    origin.requests.length = 0;
    expect(await installer.poll()).toMatchObject([waiting]);
    expect(origin.requests).toEqual([]);
    expect(installer.active(family)).toBeUndefined();
    expect(installer.installations()[0]?.refused).toEqual([]);
  });
});

describe('an engine that dies with a variant', () => {
  it('gets three trials, then the variant is blamed and the one before goes on', async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    await installer.close();
    let loads = 0;
    await open(async (model, target) => {
      if (target.version === '1.0.0') return engine.load(model);
      loads += 1;
      throw new SelvedgeError('engine-failed', 'it died');
    });
    publish('2.0.0', { scale: 3 });
    const results: unknown[] = [];
    for (let poll = 0; poll < 5; poll++) results.push((await installer.poll())[0]?.result);
    expect(results).toEqual(['postponed', 'postponed', 'postponed', 'rolled-back', 'rolled-back']);
    expect(loads).toBe(3);
    expect(versions()).toEqual(['1.0.0 committed', '2.0.0 rolled-back']);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });
});

describe('an install whose bytes are all there', () => {
  const dying: LoadModel = async (model, target) => {
    if (target.version === '1.0.0') return engine.load(model);
    throw new SelvedgeError('engine-failed', 'it died');
  };
  const away = new SelvedgeError('network', 'nobody answers');

  beforeEach(async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    await installer.close();
    await open(dying);
    publish('2.0.0', { scale: 3 });
    expect(await installer.poll()).toMatchObject([{ result: 'postponed' }]);
    expect(installer.installations()[0]?.attempt?.state).toBe('probation');
    await origin.close();
    documents.refresh = async () => Promise.reject(away);
  });
  afterEach(async () => {
    origin = await blobOrigin();
  });

  it('ends without a network', async () => {
    await reopen();
    await expect(installer.poll()).rejects.toBe(away);
    expect(versions()).toEqual(['2.0.0 committed']);
    expect(await answer()).toEqual([3, 6, 9, 12]);
  });

  it('does not go on where the channel has left it', async () => {
    documents.publish(tinyRelease(family, '1.0.0', [{ scale: 2 }]));
    await reopen();
    expect(await installer.finish()).toMatchObject([{ result: 'current' }]);
    expect(versions()).toEqual(['1.0.0 committed']);
  });

  it('does not go on from documents that were refused', async () => {
    await reopen();
    const expired = new SelvedgeError('trust-expired', 'too old');
    documents.refresh = async () => Promise.reject(expired);
    await expect(installer.poll()).rejects.toBe(expired);
    expect(versions()).toEqual(['1.0.0 committed']);
  });
});

describe('what the network does', () => {
  it('has saved nothing where nothing came', async () => {
    publish('1.0.0', { padding: 400_000 });
    origin.fault = { kind: 'status', status: 503 };
    const [outcome] = await installer.poll();
    expect(outcome).toMatchObject({ result: 'postponed', transferred: { bytes: 0, saved: 0 } });
    expect(outcome!.transferred.full).toBeGreaterThan(400_000);
  });

  it('a cut transfer is postponed and resumes where it stopped', async () => {
    publish('1.0.0', { padding: 400_000 });
    origin.fault = { kind: 'status', status: 503 };
    expect(await installer.poll()).toMatchObject([
      { result: 'postponed', error: { code: 'unavailable' } },
    ]);
    origin.fault = { kind: 'drop', afterBytes: 100_000 };
    const [outcome] = await installer.poll();
    expect(outcome).toMatchObject({ result: 'committed' });
    expect(origin.requests.some((request) => request.includes('bytes='))).toBe(true);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });

  it('a tampered model is refused and never staged, and an honest origin heals it', async () => {
    publish('1.0.0', { padding: 4_000 });
    origin.fault = { kind: 'tamper' };
    const [outcome] = await installer.poll();
    expect(outcome).toMatchObject({ result: 'rolled-back', error: { code: 'trust-digest' } });
    expect(outcome?.refusals.map(({ code }) => code)).toContain('trust-digest');
    expect(steps()).not.toContain('staged');
    origin.fault = undefined;
    expect(await installer.poll()).toMatchObject([{ result: 'committed' }]);
  });

  it('a manifest that is not what the release signs is refused', async () => {
    publish('1.0.0');
    const variant = (await documents.release(family, '1.0.0'))!.variants[0]!;
    Object.assign(variant, { bytes: variant.bytes + 1 });
    expect(await installer.poll()).toMatchObject([{ error: { code: 'trust-mismatch' } }]);
    expect(versions()).toEqual(['1.0.0 rolled-back']);
  });
});

describe('what happens to the disk', () => {
  const damage = async (version: string): Promise<void> => {
    const { release } = tinyRelease(family, version, [{ scale: version === '1.0.0' ? 2 : 3 }]);
    const { digest } = release.variants[0]!.manifest;
    const hex = digest.slice('sha256:'.length);
    await writeFile(join(dir, 'blobs', 'sha256', hex.slice(0, 2), hex), 'not what was signed');
  };

  it('a changed model does not run: the previous one answers until it is fetched again', async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    publish('2.0.0', { scale: 3 });
    await installer.poll();
    await damage('2.0.0');
    await reopen();
    expect(steps()).toContain('lost');
    expect(versions()).toEqual(['1.0.0 committed']);
    expect(await answer()).toEqual([2, 4, 6, 8]);
    await installer.poll();
    expect(versions()).toEqual(['2.0.0 committed']);
    expect(await answer()).toEqual([3, 6, 9, 12]);
  });

  it('the only model, changed, is not reported and is repaired by the next poll', async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    await damage('1.0.0');
    await reopen();
    expect(installer.installed()).toEqual([]);
    expect(installer.active(family)).toBeUndefined();
    await installer.poll();
    expect(versions()).toEqual(['1.0.0 committed']);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });

  it('a disk that cannot be read for a moment costs neither the model nor its place', async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    publish('2.0.0', { scale: 3 });
    await installer.poll();
    await installer.close();
    const before = await storedBlobs();
    const { release } = tinyRelease(family, '2.0.0', [{ scale: 3 }]);
    const { digest } = release.variants[0]!.manifest;
    await open(undefined, (store) => ({
      ...store,
      read: async (wanted, range) => {
        if (wanted !== digest) return store.read(wanted, range);
        throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
      },
    }));
    expect(await answer()).toEqual([2, 4, 6, 8]);
    expect(await storedBlobs()).toBe(before);
    await reopen();
    expect(await answer()).toEqual([3, 6, 9, 12]);
  });

  const journalFile = () => join(dir, 'families', 'acme.digits', 'journal.jsonl');
  const damageLine = async (at: number): Promise<void> => {
    const lines = (await readFile(journalFile(), 'utf8')).split('\n');
    const line = lines.at(at)!;
    const middle = line.length >> 1;
    const other = String.fromCharCode(line.charCodeAt(middle) ^ 1);
    lines[lines.indexOf(line)] = line.slice(0, middle) + other + line.slice(middle + 1);
    await writeFile(journalFile(), lines.join('\n'));
  };
  const storedBlobs = async (): Promise<number> => {
    let count = 0;
    for await (const _ of directoryStore(join(dir, 'blobs')).list()) count += 1;
    return count;
  };

  it.each([
    ['the header', 0],
    ['the oldest record', 1],
    ['the newest record', -2],
  ])('one flipped bit in %s of the journal loses no model', async (_, line) => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    publish('2.0.0', { scale: 3 });
    await installer.poll();
    await installer.close();
    await damageLine(line);
    const before = await storedBlobs();
    await open();
    expect(await storedBlobs()).toBe(before);
    // The newest record is the commit: without it, the device is right before it.
    expect(await answer()).toEqual(line === -2 ? [2, 4, 6, 8] : [3, 6, 9, 12]);
    origin.requests.length = 0;
    await installer.poll();
    expect(await answer()).toEqual([3, 6, 9, 12]);
    expect(origin.requests).toEqual([]);
  });

  it('a journal of which nothing is left costs no blob until the device knows again', async () => {
    publish('1.0.0', { scale: 2 });
    await installer.poll();
    await installer.close();
    const [header, ...lines] = (await readFile(journalFile(), 'utf8')).split('\n');
    await writeFile(journalFile(), [header, ...lines.map((line) => `#${line}`)].join('\n'));
    await open();
    expect(await storedBlobs()).toBe(3);
    origin.requests.length = 0;
    await installer.poll();
    expect(await answer()).toEqual([2, 4, 6, 8]);
    expect(origin.requests).toEqual([]);
  });

  it('the journal is readable by a person and ends in the present state', async () => {
    publish('1.0.0');
    await installer.poll();
    const text = await readFile(join(dir, 'families', 'acme.digits', 'journal.jsonl'), 'utf8');
    const lines = text.trim().split('\n');
    expect(lines[0]).toBe('{"journal":1}');
    expect(JSON.parse(lines.at(-1)!).record).toMatchObject({
      event: 'golden-passed',
      state: { active: { version: '1.0.0' } },
    });
  });
});

/**
 * The same repositories, served over real HTTP, to Selvedge's client and to tuf-js: valid ones,
 * and ones with one change. Selvedge may never accept what tuf-js refuses; where it refuses what
 * tuf-js accepts, it is for a reason in `stricter`.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefusal, memoryTrustStore, openTrustClient, type Refusal } from '@selvedge/core/trust';
import { type SampleRepository, sampleRepository, sampleSigner } from '@selvedge/core/trust/sample';
import { httpCarrier } from '@selvedge/node/trust';
import fc from 'fast-check';
import { Updater } from 'tuf-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Mutation, mutate, mutations } from './mutated-repository.ts';
import { type RepositoryServer, repositoryServer } from './repository-server.ts';

const glyphs = 'families/acme/glyphs/channels/stable.json';
const other = 'families/acme/other/channels/stable.json';

/** Why Selvedge refuses what tuf-js accepts. Everything else must agree. */
const stricter: readonly { codes: readonly Refusal['code'][]; place: RegExp; reason: string }[] = [
  {
    codes: ['trust-format'],
    place: /./,
    reason: 'the form of metadata is checked whole (§4), also where tuf-js does not look',
  },
  {
    codes: ['trust-clock', 'trust-expired'],
    place: /^issued$/,
    reason: 'it proves that the clock is over a day behind; tuf-js does not know it',
  },
  {
    codes: ['trust-signature'],
    place: /\.(keytype|scheme)$/,
    reason: 'an unknown scheme, or one that does not fit the key, verifies nothing',
  },
  {
    codes: ['trust-digest'],
    place: /^meta\.snapshot\.json\.version$/,
    reason: 'a kept snapshot of that version has another hash; tuf-js does not hash what it kept',
  },
];

let server: RepositoryServer;
let scratch: string;
beforeAll(async () => {
  server = await repositoryServer();
  scratch = await mkdtemp(join(tmpdir(), 'selvedge-differential-'));
});
afterAll(async () => {
  await server.close();
  await rm(scratch, { recursive: true, force: true });
});

/** What a client said: of the refresh, then of a target in each of two families. */
type Verdict = readonly (true | string)[];

async function selvedge(
  root: Uint8Array,
  stages: readonly ReadonlyMap<string, Uint8Array>[],
): Promise<Verdict> {
  const store = memoryTrustStore();
  const fetch = httpCarrier(() => [server.url]);
  let verdict: (true | string)[] = [];
  for (const files of stages) {
    server.files = files;
    const client = await openTrustClient({ fetch, store, clock: () => new Date() }, root);
    if (isRefusal(client)) return [client.code];
    const refreshed = await client.refresh();
    verdict = [isRefusal(refreshed) ? refreshed.code : true];
    for (const path of verdict[0] === true ? [glyphs, other] : []) {
      const bytes = await client.target(path);
      verdict.push(isRefusal(bytes) ? bytes.code : true);
    }
  }
  return verdict;
}

let count = 0;
async function tufJs(
  root: Uint8Array,
  stages: readonly ReadonlyMap<string, Uint8Array>[],
): Promise<Verdict> {
  const dir = join(scratch, String(count++));
  await mkdir(join(dir, 'targets'), { recursive: true });
  await writeFile(join(dir, 'root.json'), root);
  let verdict: (true | string)[] = [];
  for (const files of stages) {
    server.files = files;
    try {
      const updater = new Updater({
        metadataDir: dir,
        metadataBaseUrl: server.url,
        targetDir: join(dir, 'targets'),
        targetBaseUrl: `${server.url}/targets`,
        config: { fetchRetry: 0, fetchRetries: 0 },
      });
      await updater.refresh();
      verdict = [true, await tufJsTarget(updater, glyphs), await tufJsTarget(updater, other)];
    } catch (caught) {
      verdict = [String(caught)];
    }
  }
  return verdict;
}

async function tufJsTarget(updater: Updater, path: string): Promise<true | string> {
  try {
    const info = await updater.getTargetInfo(path);
    if (!info) return 'not found';
    await updater.downloadTarget(info, join(scratch, 'target'));
    return true;
  } catch (caught) {
    return String(caught);
  }
}

/** The first thing on which one client refused and the other did not. */
function compare(ours: Verdict, theirs: Verdict, place: string): void {
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    const [mine, his] = [ours[at] ?? 'nothing', theirs[at] ?? 'nothing'];
    if ((mine === true) === (his === true)) continue;
    if (
      stricter.some((known) => known.codes.some((code) => code === mine) && known.place.test(place))
    )
      return;
    expect.fail(`selvedge says ${mine}, tuf-js says ${his} (${place || 'no edit'})`);
  }
}

async function sample(): Promise<SampleRepository> {
  // Issued a while ago: both clients read the real clock.
  return sampleRepository(new Date(Date.now() - 3_600_000), ['acme/glyphs', 'acme/other']);
}

it('both accept a repository as it grows', async () => {
  const repository = await sample();
  const before = new Map(repository.files);
  await repository.publish('acme/glyphs', { [glyphs]: '{"version":"2.0.0"}' }, new Date());
  await repository.renew(new Date());
  const stages = [before, new Map(repository.files)];
  expect(await selvedge(repository.root, stages)).toEqual([true, true, true]);
  expect(await tufJs(repository.root, stages)).toEqual([true, true, true]);
});

it('both refuse a repository that goes back', async () => {
  const repository = await sample();
  const before = new Map(repository.files);
  await repository.publish('acme/glyphs', { [glyphs]: '{"version":"2.0.0"}' }, new Date());
  const stages = [new Map(repository.files), before];
  expect(await selvedge(repository.root, stages)).toEqual(['trust-rollback']);
  expect((await tufJs(repository.root, stages))[0]).not.toBe(true);
});

it('agree on repositories with one change, to a new client and to one that knows the repository', async () => {
  const repository = await sample();
  const before = new Map(repository.files);
  await repository.publish('acme/glyphs', { [glyphs]: '{"version":"2.0.0"}' }, new Date());
  const foreign = await sampleSigner(999);
  const seen = { both: 0, neither: 0 };
  await fc.assert(
    fc.asyncProperty(mutations, fc.boolean(), async (mutation: Mutation, known: boolean) => {
      const { files, place } = await mutate(repository, mutation, foreign);
      const root = mutation.role === 'root' ? files.get('1.root.json') : repository.root;
      if (!root) return;
      const stages = known && mutation.role !== 'root' ? [before, files] : [files];
      const [ours, theirs] = [await selvedge(root, stages), await tufJs(root, stages)];
      compare(ours, theirs, place);
      seen[ours.length === 3 ? 'both' : 'neither'] += 1;
    }),
    { numRuns: Number(process.env.SELVEDGE_RUNS ?? 300) },
  );
  // The generator is worth something only where both outcomes occur often.
  expect(Math.min(seen.both, seen.neither)).toBeGreaterThan(30);
});

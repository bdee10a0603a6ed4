import { fail, SelvedgeError } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import {
  applyUpdate,
  isConflict,
  isRefusal,
  openRepository,
  type Refusal,
  type Repository,
  type RepositoryFile,
  renewalDue,
  renewTimestamp,
  type TrustUpdate,
  targetFileName,
} from '@selvedge/core/trust';
import type { Clock } from '../clock.ts';
import { type PublishedFamily, readFamilies } from '../families/published-families.ts';
import type { OnlineKeys } from './online-keys.ts';
import type { PublishedFiles } from './published-files.ts';

/** The trust repository: what is published under `/trust/`, and who may change it. */
export interface Authority {
  readonly online: OnlineKeys;
  /** Whether a root has been published. */
  established(): boolean;
  /** Why devices could not refresh from here now; undefined when they can. */
  problem(): string | undefined;
  /** Families as the signed documents tell. */
  families(): ReadonlyMap<FamilyName, PublishedFamily>;
  /**
   * Verifies an update and publishes it as one change. Returns the versions that there are now.
   * @throws SelvedgeError `conflict`, a `trust-…` refusal, `bad-document`, `disk-full`
   */
  update(update: TrustUpdate): Promise<Record<string, number>>;
  /** Signs a new timestamp, and a new snapshot, when they are due. Returns whether it did. */
  renew(): Promise<boolean>;
}

interface State {
  readonly repository: Repository;
  readonly families: ReadonlyMap<FamilyName, PublishedFamily>;
}

export async function openAuthority(parts: {
  published: PublishedFiles;
  online: OnlineKeys;
  clock: Clock;
}): Promise<Authority> {
  const { published, online, clock } = parts;
  let state = await openState(published);
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <R>(step: () => Promise<R>): Promise<R> => {
    const done = queue.then(step);
    queue = done.catch(() => {});
    return done;
  };

  const update = async (document: TrustUpdate): Promise<Record<string, number>> => {
    const applied = await applyUpdate(state?.repository, document, online, clock());
    if (isRefusal(applied)) throw refusalError(applied);
    if (isConflict(applied)) {
      fail('conflict', applied.message, {
        hint: 'read what is published again, and sign the next version',
        details: { subject: applied.subject },
      });
    }
    const { repository, files } = applied;
    checkKeys(repository, online);
    // Read before they are published: what the hub cannot read, devices cannot either.
    const families = readFamilies(targetsOf(repository, published, files));
    await published.publish(files);
    state = { repository, families };
    return versionsOf(repository);
  };
  const renew = async (): Promise<boolean> => {
    if (!state || !renewalDue(state.repository, clock())) return false;
    checkKeys(state.repository, online);
    const { repository, files } = await renewTimestamp(state.repository, online, clock());
    await published.publish(files);
    state = { ...state, repository };
    return true;
  };
  return {
    online,
    established: () => state !== undefined,
    problem: () =>
      state && (foreignRole(state.repository, online) ?? expired(state.repository, clock())),
    families: () => state?.families ?? new Map(),
    update: (document) => inOrder(() => update(document)),
    renew: () => inOrder(renew),
  };
}

async function openState(published: PublishedFiles): Promise<State | undefined> {
  const root = newestRoot(published);
  if (!root) return undefined;
  const repository = await openRepository(root, async (path) => published.get(path)?.bytes);
  if (isRefusal(repository)) throw refusalError(repository);
  return { repository, families: readFamilies(targetsOf(repository, published, [])) };
}

function newestRoot(published: PublishedFiles): Uint8Array | undefined {
  let newest = 0;
  for (const path of published.paths()) {
    const version = Number(/^(\d+)\.root\.json$/.exec(path)?.[1] ?? 0);
    newest = Math.max(newest, version);
  }
  return published.get(`${newest}.root.json`)?.bytes;
}

/** Every target that the repository signs for, with its bytes. */
function* targetsOf(
  { targets, roles }: Repository,
  published: PublishedFiles,
  added: readonly RepositoryFile[],
): Generator<readonly [string, Uint8Array]> {
  const fresh = new Map(added.map(({ path, bytes }) => [path, bytes]));
  for (const { signed } of [targets, ...roles.values()]) {
    for (const [path, file] of Object.entries(signed.targets)) {
      const name = targetFileName(path, file);
      const bytes = fresh.get(name) ?? published.get(name)?.bytes;
      if (bytes) yield [path, bytes];
    }
  }
}

/** Refuses to sign in vain: a root that was made for another hub's keys, or for lost ones. */
function checkKeys(repository: Repository, online: OnlineKeys): void {
  const problem = foreignRole(repository, online);
  if (problem === undefined) return;
  fail('trust-signature', problem, {
    hint: 'restore keys/ of the data directory, or sign a new root with the keys of GET /api/v1/trust',
  });
}

function foreignRole({ root }: Repository, online: OnlineKeys): string | undefined {
  for (const role of ['snapshot', 'timestamp'] as const) {
    const { keyid } = online[role];
    if (!root.signed.roles[role].keyids.includes(keyid)) {
      return `the root does not let this hub's key ${keyid} sign ${role}`;
    }
  }
  return undefined;
}

function expired(
  { root, targets, snapshot, timestamp }: Repository,
  now: Date,
): string | undefined {
  for (const [role, { signed }] of Object.entries({ root, targets, snapshot, timestamp })) {
    if (Date.parse(signed.expires) <= now.getTime()) return `${role} expired at ${signed.expires}`;
  }
  return undefined;
}

function versionsOf({ root, timestamp, snapshot, targets, roles }: Repository) {
  const files = { root, timestamp, snapshot, targets, ...Object.fromEntries(roles) };
  return Object.fromEntries(
    Object.entries(files).map(([role, file]) => [role, file.signed.version]),
  );
}

const refusalError = ({ code, message, subject, section }: Refusal): SelvedgeError =>
  new SelvedgeError(code, message, {
    hint: `section ${section} of the TUF specification says why`,
    details: { subject, section },
  });

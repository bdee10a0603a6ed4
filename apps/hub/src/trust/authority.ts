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
  versionedPath,
} from '@selvedge/core/trust';
import type { Clock } from '../clock.ts';
import { type PublishedFamily, readFamilies } from '../families/published-families.ts';
import { clockAhead } from './clock-ahead.ts';
import { currentFiles, targetsOf } from './current-files.ts';
import type { OnlineKeys } from './online-keys.ts';
import { pruneSnapshots } from './prune-snapshots.ts';
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
   * @throws SelvedgeError `conflict`, a `trust-…` refusal, `bad-document`, `disk-full`, `io-failed`;
   * `trust-clock` where the clock is far ahead of the last timestamp
   */
  update(update: TrustUpdate): Promise<Record<string, number>>;
  /** Signs a new timestamp, and a new snapshot, when they are due. Returns whether it did. */
  renew(): Promise<boolean>;
}

interface State {
  readonly repository: Repository;
  /** What each role's targets say. A role that did not change is not read again. */
  readonly byRole: ReadonlyMap<Role, Families>;
  readonly families: Families;
}

type Families = ReadonlyMap<FamilyName, PublishedFamily>;
type Role = Repository['targets'];

export async function openAuthority(parts: {
  published: PublishedFiles;
  online: OnlineKeys;
  clock: Clock;
  /** The owner's word that the clock is right, however far ahead it is: for one timestamp. */
  acceptClock?: boolean;
  /** No timestamp is signed from a clock that is far ahead of the last one. Default true. */
  guardClock?: boolean;
}): Promise<Authority> {
  const { published, online, clock, guardClock = true } = parts;
  let acceptClock = parts.acceptClock ?? false;
  let state = await openState(published);
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <R>(step: () => Promise<R>): Promise<R> => {
    const done = queue.then(step);
    queue = done.catch(() => {});
    return done;
  };
  const ahead = (repository: Repository): string | undefined =>
    guardClock && !acceptClock ? clockAhead(repository, clock()) : undefined;

  /** Publishes what was signed. `families` are read before: what the hub cannot read, devices cannot either. */
  const publish = async (next: State, files: readonly RepositoryFile[]): Promise<void> => {
    await published.publish(files);
    state = next;
    acceptClock = false;
    await published.hold(currentFiles(next.repository));
  };
  const update = async (document: TrustUpdate): Promise<Record<string, number>> => {
    if (state) checkClock(ahead(state.repository));
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
    await publish(readState(repository, bytesAmong(files, published), state), files);
    return versionsOf(repository);
  };
  const renew = async (): Promise<boolean> => {
    if (!state || !renewalDue(state.repository, clock())) return false;
    checkKeys(state.repository, online);
    checkClock(ahead(state.repository));
    const { repository, files } = await renewTimestamp(state.repository, online, clock());
    await publish({ ...state, repository }, files);
    await pruneSnapshots(published, repository.snapshot.signed.version, clock());
    return true;
  };
  return {
    online,
    established: () => state !== undefined,
    problem: () =>
      state &&
      (foreignRole(state.repository, online) ??
        ahead(state.repository) ??
        expired(state.repository, clock())),
    families: () => state?.families ?? new Map(),
    update: (document) => inOrder(() => update(document)),
    renew: () => inOrder(renew),
  };
}

async function openState(published: PublishedFiles): Promise<State | undefined> {
  const newest = (await published.versions('root')).at(-1);
  const root = newest && (await published.read(versionedPath('root', newest)));
  if (!root) return undefined;
  const read = async (path: string) => (await published.read(path))?.bytes;
  const repository = await openRepository(root.bytes, read);
  if (isRefusal(repository)) throw refusalError(repository);
  await published.hold(currentFiles(repository));
  return readState(repository, (file) => published.get(file)?.bytes);
}

/** @throws SelvedgeError `bad-document` for a target that is malformed or misplaced */
function readState(
  repository: Repository,
  bytesOf: (file: string) => Uint8Array | undefined,
  before?: State,
): State {
  const byRole = new Map<Role, Families>();
  for (const role of [repository.targets, ...repository.roles.values()]) {
    byRole.set(role, before?.byRole.get(role) ?? readFamilies(documentsOf(role, bytesOf)));
  }
  const families = new Map([...byRole.values()].flatMap((read) => [...read]));
  return { repository, byRole, families };
}

function* documentsOf(
  role: Role,
  bytesOf: (file: string) => Uint8Array | undefined,
): Generator<readonly [path: string, bytes: Uint8Array]> {
  for (const { path, file } of targetsOf(role)) {
    const bytes = bytesOf(file);
    if (bytes) yield [path, bytes];
  }
}

function bytesAmong(added: readonly RepositoryFile[], published: PublishedFiles) {
  const fresh = new Map(added.map(({ path, bytes }) => [path, bytes]));
  return (file: string): Uint8Array | undefined => fresh.get(file) ?? published.get(file)?.bytes;
}

function checkClock(ahead: string | undefined): void {
  if (ahead === undefined) return;
  fail('trust-clock', ahead, {
    hint: 'set the clock; if it is right, start the hub once with --accept-clock',
  });
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

/**
 * The form of metadata files, TUF 1.0.34 §4. Written out by hand, not as a schema: a member with
 * an odd name must not slip past a pattern, and a refusal names the member.
 */
import type {
  DelegatedRole,
  FileMeta,
  RoleKeys,
  SignedOf,
  TargetFile,
  TopRole,
  TrustKey,
} from './types.ts';
import { topRoles } from './types.ts';

/** Thrown inside this room only; `readMetadata` turns it into a refusal. */
export class Malformed extends Error {}

/** Checks the form of a `signed` part, whose `_type` must be `type`. */
export function checkSigned<T extends TopRole>(type: T, value: unknown): SignedOf[T] {
  const signed = record(value, 'signed');
  if (signed._type !== type) throw new Malformed(`_type is ${String(signed._type)}, not ${type}`);
  specVersion(signed.spec_version);
  positive(signed.version, 'version');
  utcTime(signed.expires, 'expires');
  checks[type](signed);
  return signed as unknown as SignedOf[T];
}

/** Checks `signatures`: §4.2, each keyid at most once. */
export function checkSignatures(value: unknown): readonly { keyid: string; sig: string }[] {
  const seen = new Set<string>();
  for (const item of list(value, 'signatures')) {
    const { keyid, sig } = record(item, 'signatures');
    const id = text(keyid, 'keyid');
    text(sig, 'sig');
    if (seen.has(id)) throw new Malformed(`two signatures by key ${id}`);
    seen.add(id);
  }
  return value as readonly { keyid: string; sig: string }[];
}

/** `2026-11-20T23:47:48Z`: UTC, whole seconds, a day that exists (§4.1). */
export function utcTime(value: unknown, at: string): string {
  const time = text(value, at);
  const date = new Date(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) ? time : Number.NaN);
  if (Number.isNaN(date.valueOf()) || date.toISOString().slice(0, 19) !== time.slice(0, 19)) {
    throw new Malformed(`${at} is not a UTC time like 2026-11-20T23:47:48Z`);
  }
  return time;
}

type Fields = Readonly<Record<string, unknown>>;

const checks: Readonly<Record<TopRole, (signed: Fields) => void>> = {
  /** §4.3 */
  root(signed) {
    if (signed.consistent_snapshot !== undefined) {
      boolean(signed.consistent_snapshot, 'consistent_snapshot');
    }
    each(signed.keys, 'keys', key);
    const roles = record(signed.roles, 'roles');
    for (const role of topRoles) roleKeys(roles[role], `roles.${role}`);
  },
  /** §4.6 */
  timestamp(signed) {
    fileMeta(record(signed.meta, 'meta')['snapshot.json'], 'meta.snapshot.json');
    if (signed.issued !== undefined) utcTime(signed.issued, 'issued');
  },
  /** §4.4 */
  snapshot(signed) {
    each(signed.meta, 'meta', fileMeta);
  },
  /** §4.5 */
  targets(signed) {
    each(signed.targets, 'targets', targetFile);
    if (signed.delegations === undefined) return;
    const delegations = record(signed.delegations, 'delegations');
    each(delegations.keys, 'delegations.keys', key);
    const names = new Set<string>();
    for (const item of list(delegations.roles, 'delegations.roles')) {
      const { name } = delegatedRole(item, 'delegations.roles');
      if (names.has(name)) throw new Malformed(`role ${name} is delegated twice`);
      names.add(name);
    }
  },
};

function specVersion(value: unknown): void {
  if (!/^1\.\d+(\.\d+)?$/.test(text(value, 'spec_version'))) {
    throw new Malformed(`spec_version is ${value}, and this client knows 1.x`);
  }
}

function key(value: unknown, at: string): TrustKey {
  const fields = record(value, at);
  text(fields.keytype, `${at}.keytype`);
  text(fields.scheme, `${at}.scheme`);
  text(record(fields.keyval, `${at}.keyval`).public, `${at}.keyval.public`);
  return fields as unknown as TrustKey;
}

function roleKeys(value: unknown, at: string): RoleKeys {
  const fields = record(value, at);
  const keyids = list(fields.keyids, `${at}.keyids`).map((id) => text(id, `${at}.keyids`));
  if (new Set(keyids).size !== keyids.length) throw new Malformed(`${at} lists a key twice`);
  positive(fields.threshold, `${at}.threshold`);
  return fields as unknown as RoleKeys;
}

function fileMeta(value: unknown, at: string): FileMeta {
  const fields = record(value, at);
  positive(fields.version, `${at}.version`);
  if (fields.length !== undefined) count(fields.length, `${at}.length`);
  if (fields.hashes !== undefined) hashes(fields.hashes, `${at}.hashes`);
  return fields as unknown as FileMeta;
}

function targetFile(value: unknown, at: string): TargetFile {
  const fields = record(value, at);
  count(fields.length, `${at}.length`);
  hashes(fields.hashes, `${at}.hashes`);
  return fields as unknown as TargetFile;
}

function hashes(value: unknown, at: string): void {
  each(value, at, text);
  if (Object.keys(value as object).length === 0) throw new Malformed(`${at} is empty`);
}

function delegatedRole(value: unknown, at: string): DelegatedRole {
  const fields = record(value, at);
  const name = text(fields.name, `${at}.name`);
  // On a client's disk and in the snapshot it would be taken for the top-level role.
  if ((topRoles as readonly string[]).includes(name))
    throw new Malformed(`a delegated role is named ${name}`);
  if (name === '' || name.length > 160)
    throw new Malformed(`${at}.name has no or over 160 characters`);
  roleKeys(value, name);
  boolean(fields.terminating, `${name}.terminating`);
  if ((fields.paths === undefined) === (fields.path_hash_prefixes === undefined)) {
    throw new Malformed(`${name} needs either paths or path_hash_prefixes`);
  }
  for (const item of list(fields.paths ?? fields.path_hash_prefixes, `${name}.paths`)) {
    text(item, `${name}.paths`);
  }
  return fields as unknown as DelegatedRole;
}

function record(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`${at} is not an object`);
  }
  return value as Fields;
}

function each(value: unknown, at: string, check: (item: unknown, at: string) => unknown): void {
  for (const [name, item] of Object.entries(record(value, at))) check(item, `${at}.${name}`);
}

function list(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${at} is not a list`);
  return value;
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new Malformed(`${at} is not a text`);
  return value;
}

function boolean(value: unknown, at: string): void {
  if (typeof value !== 'boolean') throw new Malformed(`${at} is not true or false`);
}

function count(value: unknown, at: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Malformed(`${at} is not a whole number`);
  }
}

function positive(value: unknown, at: string): void {
  count(value, at);
  if (value === 0) throw new Malformed(`${at} is 0, and counts from 1`);
}

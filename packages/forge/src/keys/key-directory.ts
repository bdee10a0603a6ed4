import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { familyOfSlug, familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import {
  isRefusal,
  type MetadataFile,
  type RootSigned,
  readMetadata,
  type Signer,
} from '@selvedge/core/trust';
import { makeKeyFile, readIfThere, readKeyFile, syncDirectory, writeWhole } from './key-file.ts';

/** Whose key: the owner's offline roles, or a family's publisher. */
export type KeyRole = 'root' | 'targets' | { readonly family: FamilyName };

/**
 * A directory of offline keys: `root.pem`, `targets.pem`, `families/<owner>.<family>.pem`, and
 * the root metadata: `root.json` is the newest, what devices are given; `roots/N.root.json` are
 * all. A key that is about to replace another stands beside it as `….next.pem`; one that was
 * replaced is kept in `retired/`.
 */
export interface KeyDirectory {
  readonly dir: string;
  /** Where the role's key stands, or would. */
  fileOf(role: KeyRole): string;
  /** The role's key, and the one about to replace it. */
  signers(role: KeyRole): Promise<readonly Signer[]>;
  /** Families that have a key here. */
  families(): Promise<readonly FamilyName[]>;
  /** Makes the role's first key. Refuses to overwrite one. */
  make(role: KeyRole): Promise<Signer>;
  /** Makes the key that will replace the role's, or gives the one that was made before. */
  makeNext(role: KeyRole): Promise<Signer>;
  /** Puts the next key in the place of the current one, which is kept in `retired/`. */
  promote(role: KeyRole): Promise<void>;
  /** The newest root metadata, or that of a version. */
  root(version?: number): Promise<MetadataFile<RootSigned> | undefined>;
  saveRoot(root: MetadataFile<RootSigned>): Promise<void>;
}

/** Opens a key directory; it need not exist yet. */
export function openKeys(dir: string): KeyDirectory {
  const familyDir = join(dir, 'families');
  const fileOf = (role: KeyRole, next = false): string => {
    const name = typeof role === 'string' ? role : join('families', familySlug(role.family));
    return join(dir, `${name}${next ? '.next' : ''}.pem`);
  };
  const rootFile = (version: number): string => join(dir, 'roots', `${version}.root.json`);

  return {
    dir,
    fileOf: (role) => fileOf(role),
    async signers(role) {
      const found = [await readKeyFile(fileOf(role)), await readKeyFile(fileOf(role, true))];
      return found.filter((signer) => signer !== undefined);
    },
    async families() {
      const names = await readdir(familyDir).catch(() => []);
      const slugs = names.filter((name) => /^[a-z0-9-]+\.[a-z0-9-]+\.pem$/.test(name));
      return slugs.map((name) => familyOfSlug(name.slice(0, -'.pem'.length))).sort();
    },
    make: (role) => makeKeyFile(fileOf(role)),
    makeNext: async (role) =>
      (await readKeyFile(fileOf(role, true))) ?? (await makeKeyFile(fileOf(role, true))),
    async promote(role) {
      const current = await readKeyFile(fileOf(role));
      if (current) {
        const pem = await readIfThere(fileOf(role));
        await writeWhole(join(dir, 'retired', `${current.keyid}.pem`), pem!, { overwrite: true });
      }
      await rename(fileOf(role, true), fileOf(role));
      await syncDirectory(typeof role === 'string' ? dir : familyDir);
    },
    async root(version) {
      const file = version === undefined ? join(dir, 'root.json') : rootFile(version);
      const bytes = await readIfThere(file);
      return bytes && parseRoot(bytes, file);
    },
    async saveRoot(root) {
      await writeWhole(rootFile(root.signed.version), root.bytes, { overwrite: true });
      await writeWhole(join(dir, 'root.json'), root.bytes, { overwrite: true });
    },
  };
}

/** Reads a root metadata file's form; signatures are checked where it is used. */
export function parseRoot(bytes: Uint8Array, file: string): MetadataFile<RootSigned> {
  const root = readMetadata('root', bytes, file);
  if (!isRefusal(root)) return root;
  return fail('bad-input', root.message, { hint: 'restore it from a backup', details: { file } });
}

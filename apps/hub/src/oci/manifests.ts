import type { Digest, FamilyName } from '@selvedge/core/schema';
import { ociDigest } from '@selvedge/core/trust';
import type { ContentStore } from '@selvedge/node/store';
import type { Transaction } from 'kysely';
import { type Clock, timestampOf } from '../clock.ts';
import type { HubDatabase } from '../data/database.ts';
import type { ManifestRow, Tables } from '../data/tables.ts';
import { type ManifestFacts, readManifest } from './manifest-document.ts';
import { refuse } from './oci-error.ts';

export interface PutManifest {
  readonly repository: FamilyName;
  /** A tag, or the digest that the bytes must have. */
  readonly reference: { readonly tag: string } | { readonly digest: Digest };
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
}

/** Manifests and tags of repositories. */
export interface Manifests {
  find(
    repository: FamilyName,
    reference: { tag: string } | { digest: Digest },
  ): Promise<ManifestRow | undefined>;
  /** Stores a manifest once everything that it needs is here; a tag then points to it. */
  put(manifest: PutManifest): Promise<{ digest: Digest; subject: string | null }>;
  /** Tags in lexical order; undefined for a repository that is not there. */
  tags(
    repository: FamilyName,
    page: { after?: string; limit: number },
  ): Promise<string[] | undefined>;
}

export function openManifests(database: HubDatabase, store: ContentStore, clock: Clock): Manifests {
  return {
    async find(repository, reference) {
      let query = database.selectFrom('manifests').selectAll('manifests');
      query = query.where('manifests.repository', '=', repository);
      if ('digest' in reference) {
        return query.where('manifests.digest', '=', reference.digest).executeTakeFirst();
      }
      return query
        .innerJoin('tags', (join) =>
          join
            .onRef('tags.repository', '=', 'manifests.repository')
            .onRef('tags.digest', '=', 'manifests.digest'),
        )
        .where('tags.tag', '=', reference.tag)
        .executeTakeFirst();
    },
    async put({ repository, reference, bytes, contentType }) {
      const facts = readManifest(bytes, contentType);
      const digest = await ociDigest(bytes);
      if ('digest' in reference && reference.digest !== digest) {
        refuse('DIGEST_INVALID', `the manifest has the digest ${digest}`, { detail: reference });
      }
      await checkReferences(database, repository, facts);
      // The bytes first: a row must never point to what is not there.
      const writer = await store.writer({ digest, size: bytes.length });
      await writer.write(bytes.subarray(writer.offset));
      await writer.commit();
      const now = timestampOf(clock());
      await database.transaction().execute(async (transaction) => {
        await insertManifest(transaction, repository, digest, bytes.length, facts, now);
        if ('tag' in reference) await pointTag(transaction, repository, reference.tag, digest, now);
      });
      return { digest, subject: facts.subject };
    },
    async tags(repository, { after, limit }) {
      const known = await database
        .selectFrom('repositories')
        .select('name')
        .where('name', '=', repository)
        .executeTakeFirst();
      if (!known) return undefined;
      let query = database.selectFrom('tags').select('tag').where('repository', '=', repository);
      if (after !== undefined) query = query.where('tag', '>', after);
      const rows = await query.orderBy('tag').limit(limit).execute();
      return rows.map(({ tag }) => tag);
    },
  };
}

/** A manifest may name only what its repository has, or a pull of it would fail half way. */
async function checkReferences(
  database: HubDatabase,
  repository: FamilyName,
  { references }: ManifestFacts,
): Promise<void> {
  for (const { digest, kind } of references) {
    const table = kind === 'blob' ? 'repository_blobs' : 'manifests';
    const row = await database
      .selectFrom(table)
      .select('digest')
      .where('repository', '=', repository)
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!row) {
      refuse('MANIFEST_BLOB_UNKNOWN', `${repository} has no ${kind} ${digest}: push it first`, {
        detail: { digest },
      });
    }
  }
}

async function insertManifest(
  transaction: Transaction<Tables>,
  repository: FamilyName,
  digest: Digest,
  size: number,
  { mediaType, artifactType, subject, references }: ManifestFacts,
  now: string,
): Promise<void> {
  await transaction
    .insertInto('repositories')
    .values({ name: repository, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await transaction
    .insertInto('manifests')
    .values({
      repository,
      digest,
      media_type: mediaType,
      artifact_type: artifactType,
      subject,
      size,
      pushed_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const reference of references) {
    await transaction
      .insertInto('manifest_references')
      .values({ repository, manifest: digest, ...reference })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function pointTag(
  transaction: Transaction<Tables>,
  repository: FamilyName,
  tag: string,
  digest: Digest,
  now: string,
): Promise<void> {
  await transaction
    .insertInto('tags')
    .values({ repository, tag, digest, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(['repository', 'tag']).doUpdateSet({ digest, updated_at: now }),
    )
    .execute();
}

import { mediaTypes } from '@selvedge/core/release';
import type { Descriptor, Digest, FamilyName } from '@selvedge/core/schema';
import { readAll } from '@selvedge/node/http';
import type { HubDatabase } from '../data/database.ts';
import type { ManifestRow } from '../data/tables.ts';
import type { Blobs } from './blobs.ts';

/** How much of annotations a page holds: clients read an index of at most 4 MiB. */
const maxPageBytes = 1024 * 1024;

export interface ReferrersQuery {
  readonly repository: FamilyName;
  /** Of any algorithm: what it names need not be here. */
  readonly subject: string;
  /** Only referrers of this artifact type. */
  readonly artifactType?: string | undefined;
  /** Digest of the last one on the page before. */
  readonly after?: Digest | undefined;
  readonly limit: number;
}

export interface ReferrersPage {
  readonly manifests: readonly Descriptor[];
  /** Whether there are more behind the last one. */
  readonly more: boolean;
}

/** Which manifests of a repository speak of another one. */
export interface Referrers {
  /** Those whose `subject` is this digest, in the order of their own. */
  list(query: ReferrersQuery): Promise<ReferrersPage>;
}

export function openReferrers(database: HubDatabase, blobs: Blobs): Referrers {
  return {
    async list({ repository, subject, artifactType, after, limit }) {
      let query = database
        .selectFrom('manifests')
        .selectAll()
        .where('repository', '=', repository)
        .where('subject', '=', subject);
      if (artifactType !== undefined) query = query.where('artifact_type', '=', artifactType);
      if (after !== undefined) query = query.where('digest', '>', after);
      const rows = await query
        .orderBy('digest')
        .limit(limit + 1)
        .execute();
      const manifests: Descriptor[] = [];
      let bytes = 0;
      for (const row of rows.slice(0, limit)) {
        const described = await describe(row, blobs);
        bytes += JSON.stringify(described).length;
        if (manifests.length > 0 && bytes > maxPageBytes) break;
        manifests.push(described);
      }
      return { manifests, more: rows.length > manifests.length };
    },
  };
}

/** Distribution specification 1.1, "Listing Referrers": with artifact type and annotations. */
async function describe(row: ManifestRow, blobs: Blobs): Promise<Descriptor> {
  const digest = row.digest as Digest;
  const annotations = await annotationsOf(digest, blobs);
  return {
    mediaType: row.media_type,
    digest,
    size: Number(row.size),
    ...(row.artifact_type && { artifactType: row.artifact_type }),
    ...(annotations && { annotations }),
  };
}

/** Read from the manifest itself: those that were pushed before this was served have theirs too. */
async function annotationsOf(
  digest: Digest,
  blobs: Blobs,
): Promise<Record<string, string> | undefined> {
  const body = await blobs.read(digest);
  if (!body) return undefined;
  const text = new TextDecoder().decode(await readAll(body));
  const { annotations } = JSON.parse(text) as { annotations?: Record<string, unknown> };
  const entries = Object.entries(annotations ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** What the referrers API answers: an image index, also where there are none. */
export const referrersIndex = (manifests: readonly Descriptor[]): object => ({
  schemaVersion: 2,
  mediaType: mediaTypes.index,
  manifests,
});

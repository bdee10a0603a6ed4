import type { Digest, FamilyName } from '@selvedge/core/schema';
import type { BlobInfo, BlobWriter, ContentStore } from '@selvedge/node/store';
import { type Clock, timestampOf } from '../clock.ts';
import type { HubDatabase } from '../data/database.ts';

/** Blobs as repositories see them: bytes are stored once, a repository shows what was pushed to it. */
export interface Blobs {
  stat(repository: FamilyName, digest: Digest): Promise<BlobInfo | undefined>;
  read: ContentStore['read'];
  /** Stores a blob whose digest the client announced, straight from its request. */
  put(
    repository: FamilyName,
    expected: { digest: Digest; size?: number },
    body: AsyncIterable<Uint8Array>,
  ): Promise<BlobInfo>;
  /** Shows in `repository` what `from` has; false when `from` has it not. */
  mount(repository: FamilyName, digest: Digest, from: FamilyName): Promise<boolean>;
}

export function openBlobs(database: HubDatabase, store: ContentStore, clock: Clock): Blobs {
  const link = async (repository: FamilyName, { digest, size }: BlobInfo): Promise<void> => {
    const now = timestampOf(clock());
    await database.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('repositories')
        .values({ name: repository, created_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await transaction
        .insertInto('repository_blobs')
        .values({ repository, digest, size, pushed_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  };
  const stat = async (repository: FamilyName, digest: Digest): Promise<BlobInfo | undefined> => {
    const row = await database
      .selectFrom('repository_blobs')
      .select('size')
      .where('repository', '=', repository)
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row && { digest, size: row.size };
  };
  return {
    stat,
    read: (digest, range) => store.read(digest, range),
    async put(repository, expected, body) {
      const info = await storeBody(store, expected, body);
      await link(repository, info);
      return info;
    },
    async mount(repository, digest, from) {
      const info = await stat(from, digest);
      if (info) await link(repository, info);
      return info !== undefined;
    },
  };
}

async function storeBody(
  store: ContentStore,
  expected: { digest: Digest; size?: number },
  body: AsyncIterable<Uint8Array>,
): Promise<BlobInfo> {
  const writer = await freshWriter(store, expected);
  try {
    for await (const chunk of body) await writer.write(chunk);
    return await writer.commit();
  } catch (caught) {
    await writer.abort();
    throw caught;
  }
}

/** What a transfer before a crash left need not be this client's first bytes: it starts over. */
async function freshWriter(
  store: ContentStore,
  expected: { digest: Digest; size?: number },
): Promise<BlobWriter> {
  const writer = await store.writer(expected);
  if (writer.offset === 0) return writer;
  await writer.abort();
  return store.writer(expected);
}

import { type Kysely, sql } from 'kysely';

/** The registry, the fleet, the counts. */
export async function up(database: Kysely<never>): Promise<void> {
  await registry(database);
  await fleet(database);
  await counts(database);
}

async function registry({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('repositories')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('repository_blobs')
    .addColumn('repository', 'text', (column) => column.notNull().references('repositories.name'))
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('pushed_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('repository_blobs_key', ['repository', 'digest'])
    .execute();
  await schema
    .createTable('manifests')
    .addColumn('repository', 'text', (column) => column.notNull().references('repositories.name'))
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('media_type', 'text', (column) => column.notNull())
    .addColumn('artifact_type', 'text')
    .addColumn('subject', 'text')
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('pushed_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('manifests_key', ['repository', 'digest'])
    .execute();
  await schema
    .createIndex('manifests_by_subject')
    .on('manifests')
    .columns(['repository', 'subject'])
    .execute();
  await schema
    .createTable('manifest_references')
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('manifest', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) =>
      column.notNull().check(sql`kind in ('blob', 'manifest')`),
    )
    .addPrimaryKeyConstraint('manifest_references_key', ['repository', 'manifest', 'digest'])
    .addForeignKeyConstraint(
      'manifest_references_manifest',
      ['repository', 'manifest'],
      'manifests',
      ['repository', 'digest'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
  await schema
    .createIndex('manifest_references_by_digest')
    .on('manifest_references')
    .column('digest')
    .execute();
  await schema
    .createTable('tags')
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('tags_key', ['repository', 'tag'])
    .addForeignKeyConstraint('tags_manifest', ['repository', 'digest'], 'manifests', [
      'repository',
      'digest',
    ])
    .execute();
}

async function fleet({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('devices')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('enrolled_at', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('device_reports')
    .addColumn('device', 'text', (column) =>
      column.primaryKey().references('devices.id').onDelete('cascade'),
    )
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('reported_at', 'text', (column) => column.notNull())
    .addColumn('received_at', 'text', (column) => column.notNull())
    .addColumn('target', 'text')
    .addColumn('profile', 'text', (column) => column.notNull())
    .addColumn('problems', 'text', (column) => column.notNull())
    .addColumn('envelope', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('device_variants')
    .addColumn('device', 'text', (column) =>
      column.notNull().references('devices.id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('family', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('variant', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('device_variants_key', ['device', 'position'])
    .execute();
  await schema
    .createIndex('device_variants_by_release')
    .on('device_variants')
    .columns(['family', 'version', 'variant', 'state'])
    .execute();
}

async function counts({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('count_batches')
    .addColumn('batch', 'text', (column) => column.primaryKey())
    .addColumn('window_end', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('count_batches_by_end')
    .on('count_batches')
    .column('window_end')
    .execute();
  await schema
    .createTable('decision_counts')
    .addColumn('family', 'text', (column) => column.notNull())
    .addColumn('tier', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('hour', 'text', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('decision_counts_key', ['family', 'hour', 'tier', 'rule'])
    .execute();
}

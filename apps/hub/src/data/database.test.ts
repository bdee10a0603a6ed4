import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { openSqlite } from './database.ts';
import { migrations } from './migrations/index.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-database-'));
afterAll(() => rm(root, { recursive: true }));
let count = 0;
const fresh = () => join(root, `${count++}.sqlite`);

const names = Object.keys(migrations).sort();
const upTo = (last: number) =>
  Object.fromEntries(names.slice(0, last).map((name) => [name, migrations[name]!]));

/** A database as the program of `steps` migrations left it, with a row in its tables. */
async function older(steps: number): Promise<string> {
  const file = fresh();
  const database = await openSqlite(file, { migrations: upTo(steps) });
  await database
    .insertInto('devices')
    .values({ id: 'd-1', public_key: 'key', enrolled_at: '2026-01-01T00:00:00Z' })
    .execute();
  await database.destroy();
  return file;
}

describe('the hub’s database', () => {
  it('is brought forward from every earlier step, with its rows', async () => {
    for (let steps = 1; steps < names.length; steps++) {
      const file = await older(steps);
      const database = await openSqlite(file);
      expect(await database.selectFrom('devices').select('id').execute()).toEqual([{ id: 'd-1' }]);
      expect(await database.selectFrom('tokens').selectAll().execute()).toEqual([]);
      await database.destroy();
    }
    expect(names.length).toBeGreaterThan(1);
  });

  it('has the same tables whether it was made at once or step by step', async () => {
    const stepwise = await older(1);
    await (await openSqlite(stepwise)).destroy();
    const atOnce = fresh();
    await (await openSqlite(atOnce)).destroy();
    const schemaOf = (file: string) => {
      const sqlite = new BetterSqlite3(file, { readonly: true });
      const rows = sqlite.prepare('select type, name, sql from sqlite_schema order by name').all();
      sqlite.close();
      return rows;
    };
    expect(schemaOf(stepwise)).toEqual(schemaOf(atOnce));
  });

  it('is refused when a newer program wrote it, and left as it is', async () => {
    const file = fresh();
    const newer = {
      ...migrations,
      '9999-from-the-future': { up: async () => {} },
    };
    await (await openSqlite(file, { migrations: newer })).destroy();
    await expect(openSqlite(file)).rejects.toMatchObject({
      code: 'bad-input',
      details: { steps: ['9999-from-the-future'] },
    });
    await (await openSqlite(file, { migrations: newer })).destroy();
  });

  it('keeps what was committed through a power cut: WAL with synchronous=FULL', async () => {
    const file = fresh();
    await (await openSqlite(file)).destroy();
    const sqlite = new BetterSqlite3(file);
    expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
    sqlite.close();
  });

  it('counts every statement', async () => {
    let statements = 0;
    const database = await openSqlite(fresh(), { onStatement: () => statements++ });
    const before = statements;
    await database.selectFrom('devices').selectAll().execute();
    expect(statements).toBe(before + 1);
    await database.destroy();
  });

  it('refuses a file that is no database', async () => {
    const { writeFile } = await import('node:fs/promises');
    const file = fresh();
    await writeFile(file, 'this is no database, it only stands where one should be\n'.repeat(100));
    await expect(openSqlite(file)).rejects.toMatchObject({ code: 'io-failed' });
  });
});

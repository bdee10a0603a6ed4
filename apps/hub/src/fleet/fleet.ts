import type {
  DeviceDetail,
  DeviceId,
  DeviceSummary,
  Devices,
  Enrolled,
  Enrolment,
  StateReport,
  VariantCount,
} from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import type { Envelope } from '@selvedge/core/trust';
import type { Transaction } from 'kysely';
import { type Clock, timestampOf } from '../clock.ts';
import type { HubDatabase } from '../data/database.ts';
import type { DeviceReportRow, DeviceRow, DeviceVariantRow, Tables } from '../data/tables.ts';
import { checkEnrolment, checkReport } from './check-signature.ts';

/** Named devices of one owner, and what each last said it runs. */
export interface Fleet {
  /** @throws SelvedgeError `trust-signature` when the device does not hold the key it names */
  enrol(enrolment: Envelope<Enrolment>): Promise<Enrolled & { isNew: boolean }>;
  /**
   * Keeps a report in place of the last one.
   * @throws SelvedgeError `not-found`, `trust-signature`; `conflict` when its sequence does not
   * grow: an old report sent again must not bring an old state back
   */
  report(device: DeviceId, report: Envelope<StateReport>): Promise<void>;
  list(page: { limit: number; after?: string }): Promise<Devices>;
  /** @throws SelvedgeError `not-found` */
  show(device: DeviceId): Promise<DeviceDetail>;
  /** How many devices said they have each variant of a family, by state. */
  installed(family: FamilyName): Promise<VariantCount[]>;
}

export function openFleet(database: HubDatabase, clock: Clock): Fleet {
  const find = (device: DeviceId): Promise<DeviceRow | undefined> =>
    database.selectFrom('devices').selectAll().where('id', '=', device).executeTakeFirst();
  const known = async (device: DeviceId): Promise<DeviceRow> =>
    (await find(device)) ??
    fail('not-found', `device ${device} is not enrolled here`, {
      hint: 'enrol it first',
      details: { device },
    });
  return {
    async enrol(envelope) {
      await checkEnrolment(envelope);
      const { device: id, publicKey } = envelope.signed;
      const row = { id, public_key: publicKey, enrolled_at: timestampOf(clock()) };
      const inserted = await database
        .insertInto('devices')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      const { enrolled_at } = inserted ? row : await known(id);
      const sequence = inserted ? 0 : await lastSequence(database, id);
      return { device: id, enrolledAt: enrolled_at, sequence, isNew: inserted !== undefined };
    },
    async report(device, envelope) {
      const { public_key } = await known(device);
      await checkReport(envelope, device, public_key);
      const received = timestampOf(clock());
      await database
        .transaction()
        .execute((transaction) => putReport(transaction, envelope, received));
    },
    async list({ limit, after }) {
      const devices = await page(database, limit + 1, after);
      const shown = devices.slice(0, limit);
      const { total } = await database
        .selectFrom('devices')
        .select((select) => select.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return {
        devices: await summaries(database, shown),
        total: Number(total),
        next: devices.length > limit ? shown.at(-1)!.id : null,
      };
    },
    async show(device) {
      const row = await known(device);
      const [summary] = await summaries(database, [row]);
      const report = await database
        .selectFrom('device_reports')
        .select('profile')
        .where('device', '=', device)
        .executeTakeFirst();
      const profile = report ? JSON.parse(report.profile) : null;
      return { ...summary!, publicKey: row.public_key, profile };
    },
    async installed(family) {
      const rows = await database
        .selectFrom('device_variants')
        .select(['version', 'variant', 'state'])
        .select((select) => select.fn.count<number>('device').distinct().as('devices'))
        .where('family', '=', family)
        .groupBy(['version', 'variant', 'state'])
        .orderBy('version')
        .orderBy('variant')
        .orderBy('state')
        .execute();
      return rows.map((row) => ({ ...row, devices: Number(row.devices) }));
    },
  };
}

async function lastSequence(database: HubDatabase, device: DeviceId): Promise<number> {
  const row = await database
    .selectFrom('device_reports')
    .select('sequence')
    .where('device', '=', device)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}

async function putReport(
  transaction: Transaction<Tables>,
  envelope: Envelope<StateReport>,
  receivedAt: string,
): Promise<void> {
  const { device, sequence, at, profile, problems, installed } = envelope.signed;
  const row: DeviceReportRow = {
    device,
    sequence,
    reported_at: at,
    received_at: receivedAt,
    target: profile.target ?? null,
    profile: JSON.stringify(profile),
    problems: JSON.stringify(problems),
    envelope: JSON.stringify(envelope),
  };
  // One statement decides, so that two reports at the same time cannot both pass.
  const put = await transaction
    .insertInto('device_reports')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('device').doUpdateSet(row).where('device_reports.sequence', '<', sequence),
    )
    .returning('sequence')
    .executeTakeFirst();
  if (!put) {
    fail('conflict', `report ${sequence} of ${device} is not newer than the last one`, {
      hint: 'enrol again to learn the last sequence',
      details: { device, sequence },
    });
  }
  await transaction.deleteFrom('device_variants').where('device', '=', device).execute();
  const rows = installed.map((variant, position) => ({ device, position, ...variant }));
  if (rows.length > 0)
    await transaction.insertInto('device_variants').values(rows.map(pick)).execute();
}

/** Only the columns: a report may hold keys of a newer version. */
const pick = (row: DeviceVariantRow): DeviceVariantRow => ({
  device: row.device,
  position: row.position,
  family: row.family,
  version: row.version,
  variant: row.variant,
  digest: row.digest,
  state: row.state,
});

function page(database: HubDatabase, limit: number, after?: string): Promise<DeviceRow[]> {
  let query = database.selectFrom('devices').selectAll();
  if (after !== undefined) query = query.where('id', '>', after);
  return query.orderBy('id').limit(limit).execute();
}

async function summaries(database: HubDatabase, devices: DeviceRow[]): Promise<DeviceSummary[]> {
  const ids = devices.map(({ id }) => id);
  if (ids.length === 0) return [];
  const reports = await database
    .selectFrom('device_reports')
    .select(['device', 'sequence', 'received_at', 'target', 'profile', 'problems'])
    .where('device', 'in', ids)
    .execute();
  const variants = await database
    .selectFrom('device_variants')
    .selectAll()
    .where('device', 'in', ids)
    .orderBy('position')
    .execute();
  const byDevice = new Map(reports.map((report) => [report.device, report]));
  const variantsOf = Map.groupBy(variants, ({ device }) => device);
  return devices.map((device) => {
    const report = byDevice.get(device.id);
    return {
      device: device.id,
      enrolledAt: device.enrolled_at,
      reportedAt: report?.received_at ?? null,
      sequence: report?.sequence ?? 0,
      target: report?.target ?? null,
      platform: report ? JSON.parse(report.profile).platform : null,
      installed: (variantsOf.get(device.id) ?? []).map(installedOf),
      problems: report ? JSON.parse(report.problems) : [],
    };
  });
}

const installedOf = ({ family, version, variant, digest, state }: DeviceVariantRow) => ({
  family,
  version,
  variant,
  digest,
  state: state as DeviceSummary['installed'][number]['state'],
});

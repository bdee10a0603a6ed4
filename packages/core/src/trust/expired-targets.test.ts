import { describe, expect, it } from 'vitest';
import { openTrustClient, type TrustClient } from './client.ts';
import { readExpiredTargets } from './expired-targets.ts';
import { checkFreshTimestamp } from './fresh-timestamp.ts';
import { type Carrier, memoryTrustStore } from './ports.ts';
import { isRefusal } from './refusal.ts';
import { sampleRepository } from './sample/index.ts';

const start = new Date('2026-11-20T12:00:00Z');
const later = new Date(start.valueOf() + 370 * 24 * 3_600_000);
const role = 'acme.glyphs';

/** A repository whose online keys went on for a year, while nobody signed root, targets, families. */
async function lapsed() {
  const hub = await sampleRepository(start);
  await hub.renew(later);
  return hub;
}

/** A client whose clock stood while it refreshed: what a refresh leaves that stops at targets. */
async function publisher(hub: Awaited<ReturnType<typeof lapsed>>): Promise<TrustClient> {
  const ports = { fetch: hub.carrier, store: memoryTrustStore(), clock: () => start };
  const client = await openTrustClient(ports, hub.root);
  if (isRefusal(client)) throw new TypeError(client.message);
  await client.refresh();
  return client;
}

const replaced =
  (carrier: Carrier, path: string, bytes: Uint8Array): Carrier =>
  async (asked, options) =>
    asked === path ? { kind: 'found', bytes } : carrier(asked, options);

describe('metadata that has expired', () => {
  it('is refused by a device, and read by the publisher who renews it', async () => {
    const hub = await sampleRepository(start);
    const { state } = await publisher(hub);
    for (const name of ['targets', role]) {
      const file = await readExpiredTargets(hub.carrier, state, name);
      expect(file).toMatchObject({ signed: { version: 1 } });
    }
    const device = await openTrustClient(
      { fetch: (await lapsed()).carrier, store: memoryTrustStore(), clock: () => later },
      hub.root,
    );
    if (isRefusal(device)) throw new TypeError(device.message);
    expect(await device.refresh()).toMatchObject({ code: 'trust-expired' });
  });

  it('is refused by its publisher too where anything but its age is wrong', async () => {
    const hub = await sampleRepository(start, ['acme/glyphs', 'acme/other']);
    const { state } = await publisher(hub);
    const read = (path: string, bytes: Uint8Array, name: string) =>
      readExpiredTargets(replaced(hub.carrier, path, bytes), state, name);
    const other = hub.files.get('1.acme.other.json')!;
    expect(await read('1.acme.glyphs.json', other, role)).toMatchObject({ code: 'trust-digest' });
    const longer = new Uint8Array(hub.files.get('1.targets.json')!.length + 1);
    expect(await read('1.targets.json', longer, 'targets')).toMatchObject({ refused: true });
    expect(await readExpiredTargets(hub.carrier, state, 'acme.none')).toMatchObject({
      code: 'trust-unknown',
    });
    expect(await readExpiredTargets(hub.carrier, { root: state.root }, 'targets')).toMatchObject({
      code: 'trust-unknown',
    });
  });
});

describe('the timestamp under a root that has expired', () => {
  it('tells whether the repository is alive', async () => {
    const hub = await lapsed();
    const { root } = hub.repository;
    expect(await checkFreshTimestamp(hub.carrier, root, later)).toBeUndefined();
    const frozen = await sampleRepository(start);
    expect(await checkFreshTimestamp(frozen.carrier, root, later)).toMatchObject({
      code: 'trust-expired',
      subject: 'timestamp.json',
    });
    const none: Carrier = async () => ({ kind: 'missing' });
    expect(await checkFreshTimestamp(none, root, later)).toMatchObject({ refused: true });
  });
});

import { DeviceDetail, type DeviceSummary, Devices } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import { formatBytes } from '@selvedge/core/units';
import type { CommandModule } from '../command.ts';
import { askHub, defaultHub } from '../hub-api.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

/** `selvedge fleet list|show`: the devices that report to a hub. */
export const fleet: CommandModule = (program, run) => {
  const group = program
    .command('fleet')
    .description('the devices that report to a hub')
    .addHelpText('after', '\nExample:\n  selvedge fleet list --hub http://127.0.0.1:7400');

  group
    .command('list')
    .description('lists the devices and what each last said it runs')
    .option('--hub <url>', 'the hub', defaultHub)
    .option('--limit <n>', 'how many, at most 1000', '100')
    .option('--after <device>', 'continue after this device')
    .addHelpText('after', '\nExample:\n  selvedge fleet list --hub http://127.0.0.1:7400')
    .action(
      run(async (io, options: { hub: string; limit: string; after?: string }) => {
        const query = new URLSearchParams({ limit: parseLimit(options.limit) });
        if (options.after) query.set('after', options.after);
        const page = await askHub(options.hub, `devices?${query}`, Devices);
        printList(io, page);
        io.result(page);
      }),
    );

  group
    .command('show')
    .description('shows one device: profile, variants, problems')
    .argument('<device>', 'its id, d-…')
    .option('--hub <url>', 'the hub', defaultHub)
    .addHelpText('after', '\nExample:\n  selvedge fleet show d-0123456789abcdef0123456789abcdef')
    .action(
      run(async (io, device: string, options: { hub: string }) => {
        const path = `devices/${encodeURIComponent(device)}`;
        const detail = await askHub(options.hub, path, DeviceDetail);
        printDetail(io, detail);
        io.result(detail);
      }),
    );
};

function parseLimit(text: string): string {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1000) return text;
  return fail('usage', `--limit is "${text}"`, { hint: 'give a number between 1 and 1000' });
}

function printList(io: Io, { devices, total, next }: Devices): void {
  if (total === 0) {
    io.print(
      'No device reports to this hub yet. One appears with: selvedge agent --hub URL --data DIR',
    );
    return;
  }
  io.print(`${headline(devices, total)}\n`);
  const rows = devices.map((device) => [
    device.device,
    device.target ?? '–',
    runs(device),
    device.reportedAt ?? 'never',
    device.problems.at(-1)?.code ?? '',
  ]);
  io.print(formatTable(['device', 'target', 'installed', 'reported', 'last problem'], rows, io));
  if (next) io.print(`\nMore: --after ${next}`);
}

function headline(devices: readonly DeviceSummary[], total: number): string {
  const without = devices.filter((device) => committed(device).length === 0).length;
  const count = total === 1 ? '1 device' : `${total} devices`;
  if (devices.length < total) return `${count}; ${devices.length} shown`;
  if (without === 0)
    return total === 1 ? `${count}; it runs a model` : `${count}; each runs a model`;
  return `${count}; ${without} without an installed model`;
}

const committed = (device: DeviceSummary) =>
  device.installed.filter(({ state }) => state === 'committed');

const runs = (device: DeviceSummary): string =>
  committed(device)
    .map(({ family, version, variant }) => `${family} ${version} ${variant}`)
    .join(', ') || 'nothing';

function printDetail(io: Io, device: DeviceDetail): void {
  const { profile } = device;
  const facts = [
    ['device', device.device],
    ['enrolled', device.enrolledAt],
    ['reported', device.reportedAt ? `${device.reportedAt} (report ${device.sequence})` : 'never'],
    ...(profile
      ? [
          ['target', `${profile.target ?? 'none'} (figures ${profile.provenance})`],
          ['platform', `${profile.platform.os} ${profile.platform.arch}`],
          ['engines', profile.engines.map(({ name, version }) => `${name} ${version}`).join(', ')],
          ['units', profile.units.map(({ kind, provider }) => `${kind} (${provider})`).join(', ')],
          ['model memory', formatBytes(profile.memory.budgetBytes)],
        ]
      : []),
  ];
  io.print(facts.map(([name, value]) => `${name!.padEnd(13)} ${value}`).join('\n'));
  if (device.installed.length > 0) {
    const rows = device.installed.map((one) => [
      one.family,
      one.version,
      one.variant,
      one.state,
      one.digest,
    ]);
    io.print(`\n${formatTable(['family', 'version', 'variant', 'state', 'manifest'], rows, io)}`);
  }
  if (device.problems.length > 0) {
    const rows = device.problems.map(({ family, code, message }) => [family ?? '', code, message]);
    io.print(`\n${formatTable(['family', 'problem', 'what happened'], rows, io)}`);
  }
}

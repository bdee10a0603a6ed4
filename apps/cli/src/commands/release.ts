import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Families, ReleaseDetail } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import { FamilyName, parseDocument, Version } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import { formatLatency, formatQuality } from '@selvedge/forge';
import { openTrust, verifyRelease } from '@selvedge/node/trust';
import type { CommandModule } from '../command.ts';
import { askHub, defaultHub } from '../hub-api.ts';
import type { Io } from '../io.ts';
import { provenanceDot } from '../provenance.ts';
import { attachedTo, printAttached } from '../release/attached.ts';
import { printVerified } from '../release/print-verified.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly hub: string;
  readonly channel: string;
  readonly trustRoot?: string;
}

/** `selvedge release list|show|verify`: what a hub publishes, and whether it holds. */
export const release: CommandModule = (program, run) => {
  const group = program
    .command('release')
    .description('what a hub publishes, and whether it holds')
    .addHelpText('after', '\nExample:\n  selvedge release list --hub http://127.0.0.1:7400');

  group
    .command('list')
    .description('lists families, their versions and where their channels point')
    .option('--hub <url>', 'the hub', defaultHub)
    .addHelpText('after', '\nExample:\n  selvedge release list --hub http://127.0.0.1:7400')
    .action(run(list));

  group
    .command('show')
    .description(
      'shows a release: its variants with size, quality and latency, and what is said of them',
    )
    .argument('<family>', 'owner/name')
    .argument('[version]', 'default: what the channel points to')
    .option('--hub <url>', 'the hub', defaultHub)
    .option('--channel <name>', 'the channel', 'stable')
    .addHelpText('after', '\nExample:\n  selvedge release show acme/glyphs 1.0.0')
    .action(run(show));

  group
    .command('verify')
    .description('checks a release from the root of trust down to every byte, and what is attached')
    .argument('<family>', 'owner/name')
    .argument('[version]', 'default: what the channel points to')
    .option('--hub <url>', 'the hub, or an edge in front of it', defaultHub)
    .option('--channel <name>', 'the channel', 'stable')
    .option('--trust-root <file>', 'root of trust; a hub --dev on this machine needs none')
    .addHelpText(
      'after',
      '\nExample:\n  selvedge release verify acme/glyphs --trust-root root.json',
    )
    .action(run(verify));
};

async function list(io: Io, { hub }: Options): Promise<void> {
  const { families } = await askHub(hub, 'families', Families);
  io.result({ families });
  if (families.length === 0) {
    io.print(
      'Nothing is published here yet. A release appears with: selvedge publish BUILD_DIR --keys DIR',
    );
    return;
  }
  const rows = families.map(({ family, versions, channels }) => [
    family,
    channels.map(({ channel, version }) => `${channel} → ${version}`).join(', '),
    versions.join(', '),
  ]);
  io.print(formatTable(['family', 'channels', 'versions, newest first'], rows, io));
}

async function show(
  io: Io,
  family: string,
  version: string | undefined,
  options: Options,
): Promise<void> {
  const name = parseName(family);
  const wanted = version ?? (await pointedVersion(name, options));
  const detail = await askHub(
    options.hub,
    `families/${name}/releases/${encodeURIComponent(wanted)}`,
    ReleaseDetail,
  );
  const attestations = await attachedTo(options.hub, detail);
  io.result({ ...detail, attestations });
  printRelease(io, detail);
  printAttached(io, attestations);
}

async function pointedVersion(family: FamilyName, { hub, channel }: Options): Promise<Version> {
  const { families } = await askHub(hub, 'families', Families);
  const pointed = families
    .find((one) => one.family === family)
    ?.channels.find((one) => one.channel === channel)?.version;
  return (
    pointed ??
    fail('not-found', `${family} has no channel ${channel} on this hub`, {
      hint: 'selvedge release list shows what there is',
    })
  );
}

function printRelease(io: Io, { release, channels }: ReleaseDetail): void {
  const { family, version, createdAt, index, variants } = release;
  const pointed =
    channels.length === 0 ? 'no channel points to it' : `channels: ${channels.join(', ')}`;
  io.print(`${family} ${version}, built ${createdAt}; ${pointed}\nindex ${index.digest}\n`);
  const rows = variants.map(({ id, tier, precision, bytes, quality, latency }) => {
    const [first] = latency;
    return [
      id,
      tier,
      precision,
      formatBytes(bytes),
      quality
        ? `${quality.metric} ${formatQuality(quality.metric, quality.value)} ${provenanceDot(quality.provenance)}`
        : '–',
      first ? formatLatency(first) : '–',
    ];
  });
  const columns = [
    'variant',
    'tier',
    'precision',
    { head: 'download', align: 'right' as const },
    { head: 'quality', align: 'right' as const },
    { head: 'p50', align: 'right' as const },
  ];
  io.print(formatTable(columns, rows, io));
}

async function verify(
  io: Io,
  family: string,
  version: string | undefined,
  { hub, channel, trustRoot }: Options,
): Promise<number> {
  const name = parseName(family);
  const wanted = version === undefined ? undefined : parseVersion(version);
  const dir = await mkdtemp(join(tmpdir(), 'selvedge-verify-'));
  try {
    const trust = await openTrust({
      dir,
      origins: [hub],
      trustRoot,
      firstUseFrom: trustRoot === undefined ? hub : undefined,
    });
    const verified = await verifyRelease(trust, hub, name, { version: wanted, channel });
    const from = trustRoot ?? 'first use: the hub gave its own root';
    io.result({ ...verified, trustRoot: trustRoot ?? null });
    printVerified(io, verified, from);
    return verified.ok ? 0 : 4;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function parseName(text: string): FamilyName {
  try {
    return parseDocument(FamilyName, text, 'family');
  } catch {
    return fail('usage', `"${text}" is no family`, {
      hint: 'write it as owner/name, like acme/glyphs',
    });
  }
}

function parseVersion(text: string): Version {
  try {
    return parseDocument(Version, text, 'version');
  } catch {
    return fail('usage', `"${text}" is no version`, { hint: 'write it like 1.0.0' });
  }
}

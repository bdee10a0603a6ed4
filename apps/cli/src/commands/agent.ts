import {
  type AgentEvent,
  type DaemonOptions,
  type OnceReport,
  runOnce,
  startAgent,
} from '@selvedge/agent';
import { Profile } from '@selvedge/core/device';
import { fail } from '@selvedge/core/errors';
import { parseDocument } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import { readRegularText } from '@selvedge/forge/files';
import { parsePort, readEnvironment } from '@selvedge/node/config';
import type { CommandModule } from '../command.ts';
import { errorLine, type Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { untilStopped } from '../until-stopped.ts';

interface Options {
  readonly hub: string;
  readonly data: string;
  readonly trustRoot?: string;
  readonly edge?: string;
  readonly profile?: string;
  readonly emulate?: string;
  readonly once?: boolean;
  readonly port: string;
  readonly channel: string;
}

/** `selvedge agent`: the device daemon, or one round of it. */
export const agent: CommandModule = (program, run) => {
  program
    .command('agent')
    .description('runs a device: keeps its models current and answers requests')
    .requiredOption('--hub <url>', 'the hub')
    .requiredOption('--data <dir>', 'its data directory, made when it is not there')
    .option('--trust-root <file>', 'root of trust; a hub --dev on this machine needs none')
    .option('--edge <url>', 'a nearby edge: documents and bytes come through it')
    .option('--profile <file>', 'what the device can do, as JSON (default: this machine)')
    .option('--emulate <target>', 'behave like a target of the catalogue (selvedge targets)')
    .option('--channel <name>', 'the channel to follow', 'stable')
    .option('--once', 'refresh, install, verify, report, and exit')
    .option('--port <n>', 'loopback port; 0 takes a free one', '7420')
    .addHelpText(
      'after',
      '\nExample:\n  selvedge agent --hub http://127.0.0.1:7400 --data agent-data --emulate midrange-2021 --once',
    )
    .action(
      run(async (io, options: Options) => {
        const agentOptions = await readOptions(options, io);
        if (options.once) return once(io, agentOptions);
        const running = await startAgent(agentOptions);
        const { device } = running.agent;
        io.print(`agent ${device} at ${running.url}`);
        io.result({ url: running.url, device });
        await untilStopped();
        await running.close();
      }),
    );
};

async function readOptions(options: Options, io: Io): Promise<DaemonOptions> {
  const { data, hub, edge, channel, trustRoot, emulate } = options;
  if (options.profile && emulate) {
    fail('usage', '--profile and --emulate both say what the device is', { hint: 'give one' });
  }
  const { token, traceFile, logLevel = io.quiet ? 'warn' : 'info' } = readEnvironment(process.env);
  return {
    hub: httpUrl(hub, '--hub'),
    dataDir: data,
    port: parsePort(options.port, '--port'),
    channel,
    // The lines of `onEvent` tell a person of one round the same.
    logLevel: options.once ? 'silent' : logLevel,
    ...(edge && { edge: httpUrl(edge, '--edge') }),
    ...(trustRoot && { trustRoot }),
    ...(emulate && { emulate }),
    ...(options.profile && { profile: await readProfile(options.profile) }),
    ...(token && { token: token.reveal() }),
    ...(traceFile && { traceFile }),
    onEvent: (event) => {
      const idle = event.kind === 'install' && event.step === 'current';
      // A daemon's poll that found nothing new is no news.
      if (options.once || !idle) io.progress(eventLine(event));
    },
  };
}

function httpUrl(text: string, option: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  return fail('usage', `${option} is "${text}"`, { hint: 'write it like http://127.0.0.1:7400' });
}

async function readProfile(file: string): Promise<Profile> {
  const text = await readRegularText(file, {
    code: 'bad-input',
    name: `--profile ${file}`,
    hint: 'give the path of a device profile',
  });
  try {
    return parseDocument(Profile, JSON.parse(text), file);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return fail('bad-input', `--profile ${file}: not JSON`, { cause });
  }
}

async function once(io: Io, options: DaemonOptions): Promise<number> {
  const { report, error } = await runOnce(options);
  printReport(io, report);
  if (!error) {
    io.result(report);
    return 0;
  }
  const { code, message, details } = error;
  io.result({ ...report, error: { code, message, details } });
  io.warn(errorLine(error));
  return error.row.exit;
}

function printReport(io: Io, { device, profile, installed, transferred }: OnceReport): void {
  io.print(
    `device ${device} (${profile.target ?? `${profile.platform.os} ${profile.platform.arch}`})`,
  );
  const rows = installed.map((entry) => [
    entry.family,
    entry.version,
    entry.variant,
    entry.state,
    `${entry.digest.slice(0, 19)}…`,
  ]);
  if (rows.length > 0) {
    io.print(formatTable(['FAMILY', 'VERSION', 'VARIANT', 'STATE', 'MANIFEST'], rows, io));
  } else {
    io.print('nothing is installed');
  }
  io.print(`transferred ${formatBytes(transferred.bytes)} of ${formatBytes(transferred.full)}`);
}

/** `acme/digits 1.0.0 committed: …`, the same words as the console's. */
function eventLine(event: AgentEvent): string {
  switch (event.kind) {
    case 'install': {
      const { family, version, step, text } = event;
      return [family, version, `${step}:`, text].filter(Boolean).join(' ');
    }
    case 'refused':
      return `refused (${event.code}): ${event.text}`;
    default:
      return `${event.kind}: ${event.text}`;
  }
}

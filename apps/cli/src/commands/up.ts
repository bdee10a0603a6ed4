import { fail } from '@selvedge/core/errors';
import { parsePort } from '@selvedge/node/config';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { untilStopped } from '../until-stopped.ts';
import { type Journey, runJourney } from '../up/journey.ts';

interface Flags {
  readonly data: string;
  readonly port: string;
  readonly devices: string;
  readonly once?: boolean;
}

/** `selvedge up`: the whole fabric on this machine. */
export const up: CommandModule = (program, run) => {
  program
    .command('up')
    .description('runs the whole fabric here: hub, edge, emulated devices, the sample family')
    .option('--data <dir>', 'where it keeps its data', '.selvedge')
    .option('--port <n>', "the hub's port; the others keep their distance to it", '7400')
    .option('--devices <n>', 'how many devices to emulate', '3')
    .option('--once', 'shows the journey, stops everything and exits')
    .addHelpText('after', '\nExample:\n  selvedge up --once')
    .action(
      run(async (io, flags: Flags) => {
        const journey = await runJourney(
          {
            data: flags.data,
            port: parsePort(flags.port, '--port'),
            devices: parseDevices(flags.devices),
            pollSeconds: flags.once ? 0 : 10,
          },
          io,
        );
        try {
          io.print(summary(journey, io));
          io.result(resultOf(journey));
          if (flags.once) return;
          io.print(
            `\nconsole   ${journey.hub.url}/\nCtrl-C stops everything; the data stays in ${flags.data}`,
          );
          await untilStopped();
        } finally {
          await journey.close();
        }
      }),
    );
};

/** More would only show that this machine has two hands. */
const mostDevices = 50;

function parseDevices(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= mostDevices) return count;
  return fail('usage', `--devices ${text} is not a number from 1 to ${mostDevices}`);
}

function summary({ devices, answers, report }: Journey, io: Io): string {
  const installed = devices.map(({ name, target, agent, url }) => {
    const entry = agent.state().installed.find(({ state }) => state === 'committed');
    return [name, target, entry?.variant ?? '—', entry?.version ?? '—', url];
  });
  const asked = answers.map(({ asked, trace, answer, refusal }) => [
    asked.title,
    trace?.tier ?? 'nowhere',
    refusal ? 'refused' : (answer ?? '—'),
    trace?.rule ?? '—',
  ]);
  return [
    '',
    `${report.family} ${report.version}`,
    '',
    formatTable(['device', 'target', 'variant', 'version', 'its own page'], installed, io),
    '',
    formatTable(['request', 'ran on', 'answer', 'rule'], asked, io),
  ].join('\n');
}

function resultOf({ hub, edge, devices, answers, report }: Journey) {
  return {
    hub: hub.url,
    edge: { url: edge.url, inferUrl: edge.inferUrl },
    family: report.family,
    version: report.version,
    devices: devices.map(({ name, target, url, agent }) => ({
      name,
      target,
      url,
      device: agent.device,
      installed: agent.state().installed,
    })),
    requests: answers.map(({ asked, trace, refusal }) => ({
      title: asked.title,
      tier: trace?.tier ?? null,
      candidate: trace?.candidate ?? null,
      rule: trace?.rule ?? null,
      reason: trace?.reason ?? null,
      refusal: refusal ?? null,
    })),
  };
}

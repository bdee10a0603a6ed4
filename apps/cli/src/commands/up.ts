import { fail } from '@selvedge/core/errors';
import { parsePort } from '@selvedge/node/config';
import type { CommandModule } from '../command.ts';
import { untilStopped } from '../until-stopped.ts';
import { runJourney } from '../up/journey.ts';
import { resultOf, summaryOf } from '../up/summary.ts';

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
        const stop = new AbortController();
        const stopped = untilStopped().then(() => stop.abort());
        const journey = await runJourney(
          {
            data: flags.data,
            port: parsePort(flags.port, '--port'),
            devices: parseDevices(flags.devices),
            pollSeconds: flags.once ? 0 : 10,
            signal: stop.signal,
          },
          io,
        );
        try {
          io.print(summaryOf(journey, io));
          io.result(resultOf(journey));
          if (flags.once) return;
          io.print(`\nconsole  ${journey.hub.url}/`);
          io.print(`Ctrl-C stops everything; the data stays in ${flags.data}`);
          await stopped;
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
  return fail('usage', `--devices is "${text}"`, {
    hint: `give a number between 1 and ${mostDevices}`,
  });
}

import { type Hub, startHub } from '@selvedge/hub';
import { parsePort, readEnvironment } from '@selvedge/node/config';
import type { CommandModule } from '../command.ts';
import { untilStopped } from '../until-stopped.ts';

interface Options {
  readonly data: string;
  readonly port: string;
  readonly host?: string;
  readonly database?: string;
  readonly dev?: boolean;
  readonly acceptClock?: boolean;
}

/** `selvedge hub`: the control plane, until it is stopped. */
export const hub: CommandModule = (program, run) => {
  program
    .command('hub')
    .description('runs the hub: registry, trust repository, API, console')
    .requiredOption('--data <dir>', 'its data directory, made when it is not there')
    .option('--port <n>', 'port; 0 takes a free one', '7400')
    .option('--host <address>', 'address to listen on (default: all; under --dev 127.0.0.1)')
    .option('--database <url>', 'PostgreSQL for the tables (default: a SQLite file in --data)')
    .option('--dev', 'loopback only, no credentials, agents may trust on first use')
    .option('--accept-clock', 'the clock is right, though far ahead of the last timestamp')
    .addHelpText('after', '\nExample:\n  selvedge hub --data hub-data --dev')
    .action(
      run(async (io, options: Options) => {
        const environment = readEnvironment(process.env);
        const { logLevel = io.quiet ? 'warn' : 'info', traceFile } = environment;
        const running = await startHub({
          dataDir: options.data,
          port: parsePort(options.port, '--port'),
          dev: options.dev ?? false,
          acceptClock: options.acceptClock ?? false,
          logLevel,
          ...(options.host ? { host: options.host } : {}),
          ...(options.database ? { database: options.database } : {}),
          ...(traceFile ? { traceFile } : {}),
        });
        const { url, dev, adminTokenFile = null } = running;
        io.print(firstLine(running));
        if (adminTokenFile) io.print(`the first token, with every right, is in ${adminTokenFile}`);
        io.result({ url, dev, adminTokenFile });
        await untilStopped();
        await running.close();
      }),
    );
};

function firstLine({ url, dev }: Hub): string {
  if (!dev) return `hub at ${url}; writing needs a token`;
  return `hub at ${url} for development: this machine only, no credentials, agents may trust on first use`;
}

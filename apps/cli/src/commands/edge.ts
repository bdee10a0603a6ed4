import { fail } from '@selvedge/core/errors';
import { startEdge } from '@selvedge/edge';
import { parsePort, readEnvironment } from '@selvedge/node/config';
import type { CommandModule } from '../command.ts';
import { untilStopped } from '../until-stopped.ts';

interface Options {
  readonly upstream: string;
  readonly data: string;
  readonly port: string;
  readonly inferPort: string;
  readonly host: string;
  readonly region?: string;
  readonly trustRoot?: string;
  readonly maxBytes?: string;
}

/** `selvedge edge`: a regional node in front of an origin, until it is stopped. */
export const edge: CommandModule = (program, run) => {
  program
    .command('edge')
    .description('runs an edge: a cache in front of a hub, and nearby inference')
    .requiredOption('--upstream <url>', 'the origin behind the cache: a hub, or any HTTP server')
    .requiredOption('--data <dir>', 'its data directory, made when it is not there')
    .option('--port <n>', 'port of the cache; 0 takes a free one', '7410')
    .option('--infer-port <n>', 'port of inference; 0 takes a free one', '7411')
    .option('--host <address>', 'address to listen on; 0.0.0.0 for other machines', '127.0.0.1')
    .option('--region <name>', 'where it stands, for routing and for people')
    .option('--trust-root <file>', 'root of trust; a hub --dev on this machine needs none')
    .option('--max-bytes <n>', 'most bytes of blobs to keep (default: no bound)')
    .addHelpText(
      'after',
      '\nExample:\n  selvedge edge --upstream http://127.0.0.1:7400 --data edge-data --region eu-1',
    )
    .action(
      run(async (io, options: Options) => {
        const { logLevel = io.quiet ? 'warn' : 'info', traceFile } = readEnvironment(process.env);
        const { upstream, data, host, region, trustRoot, maxBytes } = options;
        const running = await startEdge({
          upstream,
          dataDir: data,
          host,
          port: parsePort(options.port, '--port'),
          inferPort: parsePort(options.inferPort, '--infer-port'),
          logLevel,
          ...(region ? { region } : {}),
          ...(trustRoot ? { trustRoot } : {}),
          ...(maxBytes ? { maxBytes: parseBytes(maxBytes) } : {}),
          ...(traceFile ? { traceFile } : {}),
        });
        const { url, inferUrl } = running;
        io.print(`edge at ${url} in front of ${upstream}; inference at ${inferUrl}`);
        io.result({ url, inferUrl, upstream, region: region ?? null });
        await untilStopped();
        await running.close();
      }),
    );
};

function parseBytes(text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  return fail('usage', `--max-bytes is "${text}"`, { hint: 'give a whole number of bytes' });
}

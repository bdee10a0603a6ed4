import { formatBytes } from '@selvedge/core/units';
import { type Published, publish as publishBuild } from '@selvedge/forge/publish';
import { readEnvironment } from '@selvedge/node/config';
import type { CommandModule } from '../command.ts';
import { defaultHub } from '../hub-api.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly hub: string;
  readonly keys: string;
  readonly channel: string;
  readonly release?: string;
}

/** `selvedge publish`: pushes a build to a hub and signs its release. */
export const publish: CommandModule = (program, run) => {
  program
    .command('publish')
    .description('pushes a build to a hub and signs the release')
    .argument('<build-dir>', 'what selvedge build wrote')
    .option('--hub <url>', 'the hub', defaultHub)
    .requiredOption('--keys <dir>', 'the keys directory (selvedge keys init)')
    .option('--channel <name>', 'the channel that shall point to it', 'stable')
    .option('--release <version>', "its version (default: the blueprint's)")
    .addHelpText(
      'after',
      '\nExample:\n  selvedge publish out --hub http://127.0.0.1:7400 --keys keys',
    )
    .action(
      run(async (io, buildDir: string, options: Options) => {
        const { token } = readEnvironment(process.env);
        const published = await publishBuild({
          buildDir,
          hub: options.hub,
          keys: options.keys,
          channel: options.channel,
          version: options.release,
          token: token?.reveal(),
          onProgress: io.progress,
        });
        printPublished(io, published);
        io.result(published);
      }),
    );
};

function printPublished(io: Io, published: Published): void {
  const { family, version, channel, channelVersion, changed, pushed } = published;
  const points = `channel ${channel} points to ${channelVersion}`;
  io.print(
    changed
      ? `${family} ${version} is published; ${points}; ${formatBytes(pushed.bytes)} sent\n`
      : `${family} ${version} is published already, nothing changed; ${points}\n`,
  );
  const rows = published.variants.map(({ id, bytes, manifest }) => [
    id,
    formatBytes(bytes),
    manifest,
  ]);
  io.print(formatTable(['variant', { head: 'download', align: 'right' }, 'manifest'], rows, io));
  for (const { id, status, reason } of published.withheld) {
    io.print(`\nnot published: ${id} (${status}): ${reason}`);
  }
}

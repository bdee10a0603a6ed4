import { SelvedgeError } from '@selvedge/core/errors';
import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { processIo, reportError } from './io.ts';
import { version } from './version.ts';

/** Runs the command line; resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const flags = { json: argv.includes('--json'), quiet: argv.includes('--quiet') };
  const io = processIo(flags);
  const program = new Command('selvedge')
    .description('Takes a model from a file to every device that should run it.')
    .version(version)
    .addHelpText('after', '\nExample:\n  selvedge up --once')
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  for (const load of asked(argv)) {
    const add = await load();
    add(program, (action) => async (...args) => {
      try {
        exitCode = (await action(io, ...(args as never))) ?? 0;
      } catch (caught) {
        exitCode = reportError(caught, io);
      }
    });
  }
  for (const command of leaves(program)) {
    command.option('--json', 'one JSON document on stdout').option('--quiet', 'no progress');
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (caught) {
    if (!(caught instanceof CommanderError)) throw caught;
    if (caught.exitCode === 0) return 0;
    return reportError(usageError(caught, argv), io);
  }
  return exitCode;
}

/** The command that was named, or all of them for the help text and for what nobody knows. */
function asked([name]: readonly string[]) {
  const one = name === undefined ? undefined : commands[name];
  return one ? [one] : Object.values(commands);
}

function* leaves(command: Command): Generator<Command> {
  if (command.commands.length === 0) yield command;
  for (const child of command.commands) yield* leaves(child);
}

/** Commands and subcommands that docs/cli.md lists as not there yet. */
const later = new Set([
  ...['rollout', 'delta', 'signals', 'drill', 'release promote', 'release replicate'],
  ...['release prune', 'release rollback', 'release export', 'release import'],
  ...['fleet census', 'route simulate', 'route lint'],
]);

function usageError(caught: CommanderError, argv: readonly string[]): SelvedgeError {
  const message =
    caught.code === 'commander.help' ? 'no command given' : caught.message.replace(/^error: /, '');
  const [name = '', second = ''] = argv;
  if (later.has(name) || later.has(`${name} ${second}`)) {
    const hint = 'it is not there yet: docs/cli.md lists what is to come';
    return new SelvedgeError('usage', message, { hint });
  }
  const known = Object.hasOwn(commands, name) ? `${name} ` : '';
  return new SelvedgeError('usage', message, { hint: `see selvedge ${known}--help` });
}

/** Whoever reads our output may stop before we do (`selvedge … | head`): that is no fault. */
function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

if (import.meta.main) {
  tolerateClosedPipes();
  process.exitCode = await main(process.argv.slice(2));
}

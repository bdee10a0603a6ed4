/**
 * Makes a fresh clone runnable: installs what is missing and finds a Node that is new enough.
 * Plain JavaScript without dependencies: it runs under whatever Node (≥ 20) is there.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const wantedMajor = 24;
/** What Node compiled is kept, for this process and the engines that it starts: half the start-up. */
const compileCache = join(root, 'node_modules', '.cache', 'selvedge-compiled');

/**
 * Installs the packages that `what` needs unless they are there already.
 * @param {'run' | 'all'} what `run`: what `npm start` needs; `all`: the tests' tools too.
 */
export function install(what) {
  if (isInstalled(what)) return;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  if (what === 'run') args.push('--omit=dev');
  process.stderr.write(
    `selvedge: installing packages (${what === 'run' ? 'to run' : 'to run and test'}), about half a minute\n`,
  );
  try {
    npm(args);
  } catch {
    process.stderr.write(
      'selvedge: network: npm could not install the packages: check the connection to your npm registry and run the same command again\n',
    );
    process.exit(3);
  }
}

/**
 * Whether npm's own list of what it installed has what `what` needs, in the versions of the lock
 * file: so it counts too when somebody ran `npm ci` by hand.
 */
function isInstalled(what) {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const packagesOf = (file) => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages);
  const there = new Map(packagesOf(list));
  return packagesOf(join(root, 'package-lock.json')).every(([path, entry]) => {
    const { version, dev, optional, devOptional } = entry;
    const needless = optional || devOptional || (what === 'run' && dev);
    if (!path.startsWith('node_modules/') || needless) return true;
    return there.has(path) && there.get(path).version === version;
  });
}

/** The Node that everything runs under: this one if new enough, else the installed one. */
export function nodeBinary() {
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const bundled = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name);
  if (existsSync(bundled)) return bundled;
  process.stderr.write(
    `selvedge: usage: Node ${process.versions.node} is too old and none is packaged for ${process.platform}-${process.arch}: install Node ${wantedMajor} or newer\n`,
  );
  process.exit(2);
}

/**
 * Runs a file, by default of the repository, under the right Node; resolves with its exit code: of
 * one that a signal ended 128 and the signal's number, as a shell has it.
 */
export function run(file, args, { nodeArgs = [], env = {} } = {}) {
  const child = spawn(
    nodeBinary(),
    ['--disable-warning=ExperimentalWarning', ...nodeArgs, resolve(root, file), ...args],
    { stdio: 'inherit', env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env } },
  );
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to us is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) =>
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)),
    );
  });
}

function npm(args) {
  const cli = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  if (cli?.endsWith('.js')) execFileSync(process.execPath, [cli, ...args], options);
  else
    execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
      ...options,
      shell: process.platform === 'win32',
    });
}

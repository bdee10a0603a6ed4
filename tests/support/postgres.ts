/** A real PostgreSQL server for a test, where its programs are installed. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface PostgresServer {
  readonly url: string;
  /** Ends every connection now and stops. */
  close(): Promise<void>;
}

const home = '/usr/lib/postgresql';

/** The directory of its programs; undefined where it is not installed. */
export const postgresPrograms: string | undefined = existsSync(home)
  ? readdirSync(home)
      .map((version) => join(home, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'initdb')))
  : undefined;

export async function startPostgres(): Promise<PostgresServer> {
  const bin = postgresPrograms!;
  const dir = mkdtempSync(join(tmpdir(), 'selvedge-postgres-'));
  const data = join(dir, 'data');
  // The server refuses to run as root.
  const owner = userInfo().uid === 0 ? idsOf('postgres') : {};
  if ('uid' in owner) {
    chmodSync(dir, 0o755);
    execFileSync('chown', ['postgres', dir]);
  }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { stdio: 'ignore', cwd: dir, ...owner },
  );
  const port = await freePort();
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', dir],
    { stdio: 'ignore', cwd: dir, ...owner },
  );
  for (let tries = 0; tries < 100; tries++) {
    const ready = spawnSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
    if (ready.status === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async close() {
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      await exited;
      rmSync(dir, { recursive: true });
    },
  };
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

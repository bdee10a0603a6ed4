import { join } from 'node:path';
import { consoleFiles } from '@selvedge/console';
import { fail } from '@selvedge/core/errors';
import { createServer, isLoopbackName, loopbackGuard, type Server } from '@selvedge/node/http';
import { directoryStore, openDataDir } from '@selvedge/node/store';
import { type LogLevel, openTelemetry, type Telemetry } from '@selvedge/node/telemetry';
import { sql } from 'kysely';
import { addApi } from './api/index.ts';
import { ensureAdminToken } from './auth/admin-token.ts';
import { addGuard } from './auth/guard.ts';
import { openTokens, type Tokens } from './auth/tokens.ts';
import type { Clock } from './clock.ts';
import { serveConsole } from './console/serve-console.ts';
import type { HubDatabase } from './data/database.ts';
import { openDatabase } from './data/open-database.ts';
import { openFleet } from './fleet/fleet.ts';
import { addRegistry } from './oci/index.ts';
import { openDecisionSums } from './signals/decision-counts.ts';
import { type Authority, openAuthority } from './trust/authority.ts';
import { openOnlineKeys } from './trust/online-keys.ts';
import { openPublishedFiles, type PublishedFiles } from './trust/published-files.ts';
import { keepRenewed } from './trust/renewal.ts';
import { serveTrust } from './trust/serve-trust.ts';
import { version } from './version.ts';

export interface HubOptions {
  /** Owned by this hub while it runs; made when it is not there. */
  readonly dataDir: string;
  /** Default 7400; 0 takes a free one. */
  readonly port?: number;
  /** Loopback only, no credentials, agents may trust on first use. */
  readonly dev?: boolean;
  /** Address to listen on: by default every one, under `dev` 127.0.0.1. */
  readonly host?: string;
  /** A `postgres://` URL; without it the tables are in a SQLite file of the data directory. */
  readonly database?: string;
  /**
   * The clock is right although it is far ahead of the last timestamp: for the next one. Under
   * `dev` that is never asked.
   */
  readonly acceptClock?: boolean;
  /** The time; the system's by default. */
  readonly clock?: Clock;
  /** Default `info`, on stderr. */
  readonly logLevel?: LogLevel;
  /** Finished spans are appended to this file. */
  readonly traceFile?: string;
}

/** A running hub. */
export interface Hub {
  /** Where programs on this machine reach it, e.g. `http://127.0.0.1:7400`. */
  readonly url: string;
  readonly dev: boolean;
  /** Set when this start made the first token: the file that holds it. */
  readonly adminTokenFile?: string;
  /** Ends requests in flight, stops, gives the data directory free. */
  close(): Promise<void>;
}

/** The layout of the data directory; its database has steps of its own. */
const layout = 1;

/**
 * Starts a hub: the OCI registry, the trust repository, the API, the console's files.
 *
 * Its data directory holds `hub.sqlite`, `blobs/`, `trust/` (what is published), `keys/` (the
 * online keys, 0600), `admin.token` (0600) and `uploads/` (scratch).
 *
 * @throws SelvedgeError `data-in-use`, `port-in-use`, `disk-full`, `io-failed`; `network` when the
 * database's server is away; `bad-input` for data of another program or a newer version; `usage`
 * for `dev` on a public address
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { dataDir, port = 7400, dev = false } = options;
  const host = options.host ?? (dev ? '127.0.0.1' : '0.0.0.0');
  if (dev && !isLoopbackName(host)) {
    fail('usage', `--dev needs no credentials, so it cannot listen on ${host}`, {
      hint: 'leave the address out, or leave --dev out',
    });
  }
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const data = await openDataDir(dataDir, { kind: 'hub', layout });
    closers.push(() => data.release());
    const telemetry = openTelemetry({
      service: 'hub',
      version,
      ...(options.logLevel ? { logLevel: options.logLevel } : {}),
      ...(options.traceFile ? { traceFile: options.traceFile } : {}),
    });
    closers.push(() => telemetry.close());
    const statements = telemetry.meter.createCounter('hub_database_statements', {
      description: 'Statements sent to the database; polls of devices send none',
    });
    const opened = await openDatabase(dataDir, options.database, {
      onStatement: () => statements.add(1),
    });
    closers.push(() => opened.close());
    const rooms = await openRooms(opened.database, options);
    const adminTokenFile = dev ? undefined : await ensureAdminToken(dataDir, rooms.tokens);
    const server = await assemble({ dataDir, host, port, dev, telemetry, rooms });
    closers.push(() => server.close());
    closers.push(await keepRenewed(rooms.authority, telemetry.log));
    const url = await server.listen();
    return { url: reachable(url), dev, ...(adminTokenFile ? { adminTokenFile } : {}), close };
  } catch (caught) {
    await close();
    throw caught;
  }
}

interface Rooms {
  readonly clock: Clock;
  readonly database: HubDatabase;
  readonly tokens: Tokens;
  readonly published: PublishedFiles;
  readonly authority: Authority;
}

async function openRooms(database: HubDatabase, options: HubOptions): Promise<Rooms> {
  const { dataDir: dir, clock = () => new Date(), dev = false, acceptClock = false } = options;
  const online = await openOnlineKeys(join(dir, 'keys'));
  const published = await openPublishedFiles(join(dir, 'trust'));
  const authority = await openAuthority({
    published,
    online,
    clock,
    acceptClock,
    guardClock: !dev,
  });
  return { clock, database, tokens: await openTokens(database, clock), published, authority };
}

async function assemble(parts: {
  dataDir: string;
  host: string;
  port: number;
  dev: boolean;
  telemetry: Telemetry;
  rooms: Rooms;
}): Promise<Server> {
  const { dataDir, dev, telemetry } = parts;
  const { database, clock, tokens, authority, published } = parts.rooms;
  const server = createServer({
    telemetry,
    host: parts.host,
    port: parts.port,
    checks: {
      database: async () => void (await sql`select 1`.execute(database)),
      trust: () => authority.problem(),
    },
    fastPath: serveTrust(published),
    ...(dev ? { guard: loopbackGuard({ reads: 'public' }) } : {}),
  });
  const { app } = server;
  if (!dev) addGuard(app, tokens);
  await addRegistry(app, {
    database,
    store: directoryStore(join(dataDir, 'blobs')),
    uploadsDir: join(dataDir, 'uploads'),
    clock,
    onFailure: (error) => telemetry.log.error(error, 'the registry failed'),
  });
  const fleet = openFleet(database, clock);
  const isPublished = (family: string): boolean => authority.families().has(family);
  const sums = openDecisionSums({ database, clock, isPublished });
  await addApi(app, { dev, version, authority, fleet, sums, tokens });
  await serveConsole(app, consoleFiles);
  return server;
}

/** A wildcard address is not one to connect to. */
const reachable = (url: string): string =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type SelvedgeError } from '@selvedge/core/errors';
import {
  isRefusal,
  openTrustClient,
  type Refusal,
  type TrustClient,
  type TrustPorts,
} from '@selvedge/core/trust';
import { diskError, isMissing } from '../store/index.ts';
import { documentCache } from './document-cache.ts';
import { type TrustedDocuments, trustedDocuments } from './documents.ts';
import { fileTrustStore } from './file-trust-store.ts';
import { firstRoot } from './first-root.ts';
import { httpCarrier } from './http-carrier.ts';
import { listedDocuments } from './listed-documents.ts';
import { accepted, refusalError } from './refusal-error.ts';

export interface OpenTrustOptions {
  /** Where the client keeps what it trusts; made where it is missing. */
  readonly dir: string;
  /** Origins that serve `/trust/`, tried in order: an edge first, then the hub. */
  readonly origins: readonly string[] | (() => readonly string[]);
  /** A root.json that came by a trusted way. Needed once; what is stored goes first. */
  readonly trustRoot?: string | undefined;
  /**
   * The hub's own URL, which is never an edge's: takes that hub's word for the first root, where it
   * and every origin are on loopback and it runs with `--dev`. Without it there is no first use.
   */
  readonly firstUseFrom?: string | undefined;
  readonly clock?: (() => Date) | undefined;
  /** Told what one origin's bytes were refused for, where the next origin had the right ones. */
  readonly onRefused?: ((error: SelvedgeError) => void) | undefined;
}

/** A device's view of what is signed. */
export interface Trust extends TrustedDocuments {
  /**
   * Brings it up to date. `changed: false` cost one conditional request.
   *
   * @throws SelvedgeError `trust-…` (what is trusted stays), `network`, `timeout`, `bad-upstream`,
   * `trust-no-root`, `unavailable` (first use before the first publish).
   */
  refresh(): Promise<{ readonly changed: boolean }>;
  /** The client below, once a root of trust is there. */
  readonly client: TrustClient | undefined;
}

/**
 * Opens the trust client of a device, an edge or a check. Opens without a network: without a
 * stored root and without `trustRoot`, the first refresh looks for one.
 *
 * @throws SelvedgeError `not-found`, `io-failed` when the given root cannot be read; `trust-signature`,
 * `trust-format` when it is not one.
 */
export async function openTrust(options: OpenTrustOptions): Promise<Trust> {
  const origins =
    typeof options.origins === 'function'
      ? options.origins
      : () => options.origins as readonly string[];
  const bases = () => origins().map((origin) => `${origin.replace(/\/$/, '')}/trust/`);
  let client: TrustClient | undefined;
  const store = fileTrustStore(options.dir);
  const kept = documentCache({
    dir: join(options.dir, 'documents'),
    listed: () => listedDocuments(store, client?.state),
  });
  const ports: TrustPorts = {
    fetch: kept(httpCarrier(bases)),
    again: kept(httpCarrier(bases, { anew: true })),
    elsewhere: () =>
      bases()
        .slice(1)
        .map((base) => kept(httpCarrier(() => [base], { anew: true }))),
    onRefused: (refusal) => options.onRefused?.(refusalError(refusal)),
    store,
    clock: options.clock ?? (() => new Date()),
  };
  client = await openStored(ports, options.trustRoot);

  async function opened(): Promise<TrustClient> {
    if (client) return client;
    if (options.firstUseFrom === undefined) throw refusalError(noRoot);
    const root = await firstRoot(options.firstUseFrom, origins());
    client = accepted(await openTrustClient(ports, root));
    return client;
  }

  const documents = async (): Promise<TrustedDocuments> => {
    if (!client) throw refusalError(noRoot);
    return trustedDocuments(client);
  };
  return {
    get client() {
      return client;
    },
    async refresh() {
      const refreshed = await (await opened()).refresh();
      if (isRefusal(refreshed) && isNothingThere(refreshed)) return failNoHub(origins());
      return accepted(refreshed);
    },
    families: async () => (client ? trustedDocuments(client).families() : []),
    channel: async (family, channel) => (await documents()).channel(family, channel),
    release: async (family, version) => (await documents()).release(family, version),
    policy: async (family) => (await documents()).policy(family),
  };
}

/** Without a timestamp there is no repository at all: nothing was forged, nobody is there. */
const isNothingThere = ({ code, subject }: Refusal): boolean =>
  code === 'trust-unknown' && subject === 'timestamp.json';

const failNoHub = (origins: readonly string[]): never =>
  fail('bad-upstream', `no trust metadata is served at ${origins.join(' or ')}`, {
    hint: "check the hub's address, or publish a first release to it",
  });

const noRoot = {
  refused: true,
  code: 'trust-no-root',
  subject: 'root.json',
  section: '5.2',
  message: 'no root of trust was given',
} as const;

async function openStored(
  ports: TrustPorts,
  file: string | undefined,
): Promise<TrustClient | undefined> {
  const given = file === undefined ? undefined : await readRoot(file);
  const client = await openTrustClient(ports, given);
  if (!isRefusal(client)) return client;
  if (client.code === 'trust-no-root') return undefined;
  throw refusalError(client);
}

async function readRoot(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (caught) {
    if (isMissing(caught)) {
      fail('not-found', `the root of trust ${file} does not exist`, {
        hint: "give the owner's root.json with --trust-root",
        cause: caught,
      });
    }
    throw diskError(caught, `read the root of trust ${file}`);
  }
}

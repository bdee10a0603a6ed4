import { EdgeStatus } from '@selvedge/core/api';
import { fail, toSelvedgeError } from '@selvedge/core/errors';
import { familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import {
  createRemoteEngine,
  type RemoteRunResult,
  type RemoteSession,
} from '@selvedge/engines/remote';
import type { RunOptions, Tensors } from '@selvedge/infer/engine';
import { failForStatus, fetchJson, httpFetch } from '@selvedge/node/http';
import { traceHeaders } from '@selvedge/node/telemetry';
import type { RemoteFacts } from './candidates.ts';
import type { CloudEndpoint } from './options.ts';

/** A place over the network that may answer requests. */
export interface RemotePlace {
  facts(): RemoteFacts;
  /** Asks whether it is there, where it infers, how far away it is. Never throws. */
  probe(): Promise<void>;
  run(family: FamilyName, inputs: Tensors, options: RunOptions): Promise<RemoteRunResult>;
  close(): Promise<void>;
}

const probeTimeoutMs = 2_000;
/** Questions whose shortest answer tells the way there; the first, which connects, does not count. */
const probes = 3;

/**
 * The edge at this address. It says itself on which port it infers; see {@link inferenceAt}.
 */
export function edgePlace(url: string): RemotePlace {
  const base = new URL(url);
  return place({ id: `edge/${base.host}`, tier: 'edge' }, async () => {
    const info = await fetchJson(new URL('/api/v1/edge', base), EdgeStatus, {
      timeoutMs: probeTimeoutMs,
    });
    const region = info.region ? { id: `edge/${info.region}`, region: info.region } : {};
    return { inferUrl: inferenceAt(base, info.inferUrl), ...region };
  });
}

/**
 * Where inputs go: the port and path that the edge says, at the host that the owner named, and by
 * no weaker protocol. An answer must not send the device's inputs elsewhere, nor past TLS.
 *
 * @throws SelvedgeError `bad-upstream`
 */
export function inferenceAt(base: URL, said: string): string {
  const url = URL.parse(said);
  if (url?.protocol !== 'https:' && url?.protocol !== base.protocol) {
    return fail('bad-upstream', `the edge at ${base.origin} says that it infers at ${said}`, {
      hint: `inputs go by ${base.protocol.slice(0, -1)}, as configured; set up the edge for it`,
      details: { edge: base.origin, inferUrl: said },
    });
  }
  url.hostname = base.hostname;
  return url.href;
}

/** An endpoint of the cloud tier. */
export function cloudPlace({ url, region, cost }: CloudEndpoint): RemotePlace {
  const id = `cloud/${region ?? new URL(url).host}`;
  const known = {
    id,
    tier: 'cloud',
    ...(region && { region }),
    ...(cost !== undefined && { cost }),
  } as const;
  return place(known, async () => {
    const answer = await httpFetch(`${url.replace(/\/$/, '')}/v2`, { timeoutMs: probeTimeoutMs });
    if (!answer.ok) await failForStatus(answer);
    answer.discard();
    return { inferUrl: url };
  });
}

type Known = Pick<RemoteFacts, 'id' | 'tier' | 'region' | 'cost'>;
type Found = { readonly inferUrl: string; readonly id?: string; readonly region?: string };

function place(known: Known, find: () => Promise<Found>): RemotePlace {
  let facts: RemoteFacts = { ...known, roundTripMs: 0, unavailableReason: 'not asked yet' };
  let inferUrl: string | undefined;
  let engine: ReturnType<typeof createRemoteEngine> | undefined;
  const sessions = new Map<FamilyName, Promise<RemoteSession>>();

  const forget = async (): Promise<void> => {
    const open = [...sessions.values()];
    sessions.clear();
    await Promise.allSettled(open.map(async (session) => (await session).close()));
    await engine?.close();
    engine = undefined;
  };
  return {
    facts: () => facts,
    async probe() {
      try {
        const { inferUrl: found, ...said } = await find();
        const roundTripMs = await shortest(probes, find);
        const { unavailableReason: _, ...rest } = facts;
        facts = { ...rest, ...said, roundTripMs };
        if (found !== inferUrl) await forget();
        inferUrl = found;
      } catch (caught) {
        facts = { ...facts, unavailableReason: toSelvedgeError(caught, 'network').message };
      }
    },
    async run(family, inputs, options) {
      engine ??= createRemoteEngine({ url: inferUrl ?? '', headers: traceHeaders });
      let session = sessions.get(family);
      if (!session) {
        session = engine.open(familySlug(family));
        sessions.set(family, session);
        // A model that is not there yet may be there with the next request.
        session.catch(() => sessions.delete(family));
      }
      return (await session).run(inputs, options);
    },
    close: forget,
  };
}

/** Milliseconds of the shortest of several runs. */
async function shortest(times: number, step: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < times; run++) {
    const startMs = performance.now();
    await step();
    best = Math.min(best, performance.now() - startMs);
  }
  return best;
}

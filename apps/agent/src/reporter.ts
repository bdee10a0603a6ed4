import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Enrolled, StateAccepted, type StateReport } from '@selvedge/core/api';
import { fail, isSelvedgeError, type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { apiVersion, type Timestamp } from '@selvedge/core/schema';
import { canonicalJson, sha256Hex, signDocument } from '@selvedge/core/trust';
import { fetchJson } from '@selvedge/node/http';
import { isMissing, writeDurably } from '@selvedge/node/store';
import type { DeviceIdentity } from './device-key.ts';

/** What a report says; the rest is its envelope. */
export type Reported = Pick<StateReport, 'profile' | 'installed' | 'problems'>;

/** Tells the hub what this device runs, when that has changed, and nothing else. */
export interface Reporter {
  /**
   * Sends the state, unless the hub has it already. Only the latest state counts: what could not
   * be sent while the hub was away is not sent later.
   * @returns whether a report was sent
   * @throws SelvedgeError `network` and others; the next call tries again
   */
  report(state: Reported): Promise<boolean>;
}

/** `report.json`: the last report that the hub accepted. */
interface Sent {
  readonly hub: string;
  readonly sequence: number;
  /** SHA-256 of the canonical JSON of what was reported. */
  readonly content: string;
}

export async function openReporter(options: {
  readonly hub: string;
  readonly token?: string | undefined;
  readonly dataDir: string;
  readonly identity: DeviceIdentity;
  readonly clock: () => Date;
}): Promise<Reporter> {
  const file = join(options.dataDir, 'report.json');
  let sent = await readSent(file);

  const enrol = async (): Promise<number> => (await sendEnrolment(options)).sequence;
  const deliver = async (state: Reported, content: string, last: number): Promise<void> => {
    const { sequence } = await sendState(options, state, last + 1);
    sent = { hub: options.hub, sequence, content };
    await writeDurably(file, `${JSON.stringify(sent)}\n`);
  };
  return {
    async report(state) {
      const content = await sha256Hex(new TextEncoder().encode(canonicalJson(state)));
      const known = sent?.hub === options.hub ? sent : undefined;
      if (known?.content === content) return false;
      try {
        await deliver(state, content, known?.sequence ?? (await enrol()));
      } catch (caught) {
        // Unknown to this hub, or a report went through that we never heard of: enrolling tells
        // where the hub stands.
        if (!known || !isStale(caught)) throw caught;
        await deliver(state, content, await enrol());
      }
      return true;
    },
  };
}

const isStale = (caught: unknown): boolean =>
  isSelvedgeError(caught) && (caught.code === 'not-found' || caught.code === 'conflict');

interface Hub {
  readonly hub: string;
  readonly token?: string | undefined;
  readonly identity: DeviceIdentity;
  readonly clock: () => Date;
}

async function sendEnrolment({ hub, token, identity, clock }: Hub) {
  const { id: device, publicKey, signer } = identity;
  const enrolment = { apiVersion, kind: 'Enrolment', device, publicKey, at: timestamp(clock()) };
  return fetchJson(`${hub}/api/v1/devices`, Enrolled, {
    method: 'POST',
    json: await signDocument(enrolment, [signer]),
    headers: bearer(token),
  });
}

async function sendState({ hub, token, identity, clock }: Hub, state: Reported, sequence: number) {
  const { id: device, signer } = identity;
  const header = { apiVersion, kind: 'StateReport', device, sequence, at: timestamp(clock()) };
  return fetchJson(`${hub}/api/v1/devices/${device}/state`, StateAccepted, {
    method: 'PUT',
    json: await signDocument({ ...header, ...state }, [signer]),
    headers: bearer(token),
  });
}

export const bearer = (token: string | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

export const timestamp = (date: Date): Timestamp => date.toISOString().replace(/\.\d+Z$/, 'Z');

async function readSent(file: string): Promise<Sent | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Sent;
  } catch (caught) {
    if (isMissing(caught) || caught instanceof SyntaxError) return undefined;
    const error: SelvedgeError = toSelvedgeError(caught, 'io-failed');
    return fail(error.code, `${file}: ${error.message}`, { cause: caught });
  }
}

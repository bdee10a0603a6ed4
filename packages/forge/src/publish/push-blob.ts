import { openAsBlob } from 'node:fs';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import type { HubClient } from './hub-client.ts';

/** Larger blobs are sent in chunks of this size, so that a broken connection costs one chunk. */
const chunkBytes = 16 * 1024 * 1024;
const maxAttempts = 4;

/** Bytes to push, from a file or from memory. */
export interface PushedBlob {
  readonly digest: string;
  readonly size: number;
  readonly from: { readonly file: string } | { readonly bytes: Uint8Array };
}

/**
 * Pushes a blob (OCI distribution 1.1, "Pushing blobs"), unless the registry has it.
 *
 * @returns whether bytes were sent.
 * @throws SelvedgeError `network`, `trust-digest`, what the hub says
 */
export async function pushBlob(
  hub: HubClient,
  family: FamilyName,
  blob: PushedBlob,
): Promise<boolean> {
  const found = await hub.request(`v2/${family}/blobs/${blob.digest}`, {
    method: 'HEAD',
    allow: [404],
  });
  if (found.ok) return false;
  const data =
    'file' in blob.from ? await openAsBlob(blob.from.file) : new Blob([blob.from.bytes.slice()]);
  if (data.size !== blob.size) {
    fail(
      'bad-input',
      `${'file' in blob.from ? blob.from.file : blob.digest} has ${data.size} bytes, the report says ${blob.size}`,
      {
        hint: 'build again',
      },
    );
  }
  const begun = await hub.request(`v2/${family}/blobs/uploads/`, { method: 'POST' });
  let location = locationOf(hub, begun);
  let offset = 0;
  while (data.size - offset > chunkBytes) {
    const sent = await sendChunk(hub, location, data, offset);
    location = sent.location;
    offset = sent.offset;
  }
  const url = new URL(location);
  url.searchParams.set('digest', blob.digest);
  const last = offset === 0 ? data : data.slice(offset);
  await hub.request(url.href, {
    method: 'PUT',
    headers: chunkHeaders(offset, last.size),
    body: last,
  });
  return true;
}

/** Sends one chunk; after a broken connection, asks how far the registry got and goes on there. */
async function sendChunk(
  hub: HubClient,
  location: string,
  data: Blob,
  from: number,
): Promise<{ location: string; offset: number }> {
  let offset = from;
  for (let attempt = 1; ; attempt++) {
    const chunk = data.slice(offset, from + chunkBytes);
    try {
      const answer = await hub.request(location, {
        method: 'PATCH',
        headers: chunkHeaders(offset, chunk.size),
        body: chunk,
      });
      return { location: locationOf(hub, answer), offset: offset + chunk.size };
    } catch (caught) {
      const transient =
        isSelvedgeError(caught) && ['network', 'timeout', 'unavailable'].includes(caught.code);
      if (!transient || attempt === maxAttempts) throw caught;
      offset = await receivedBytes(hub, location);
    }
  }
}

/** `GET` of an upload: `Range: 0-N`, where `0-0` also stands for nothing. */
async function receivedBytes(hub: HubClient, location: string): Promise<number> {
  const answer = await hub.request(location);
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1] ?? 0);
  return last === 0 ? 0 : last + 1;
}

const chunkHeaders = (offset: number, size: number): Record<string, string> => ({
  'content-type': 'application/octet-stream',
  ...(offset > 0 || size === chunkBytes
    ? { 'content-range': `${offset}-${offset + size - 1}` }
    : {}),
});

function locationOf(hub: HubClient, answer: Response): string {
  const location = answer.headers.get('location');
  if (location) return new URL(location, hub.url).href;
  return fail('bad-upstream', `${hub.url} began an upload and gave no Location`, {
    hint: 'check that the address is a hub or an OCI registry',
  });
}

import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SelvedgeError } from '@selvedge/core/errors';
import type { HttpResponse } from '@selvedge/node/http';
import { directoryStore } from '@selvedge/node/store';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { startFill } from './fill.ts';
import type { Upstream } from './upstream.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-fill-'));
afterAll(() => rm(root, { recursive: true }));
const fresh = () => mkdtemp(join(root, 'd-'));

/** An origin that sends `bytes` in pieces, says a length or not, and breaks off at some of them. */
function brokenOrigin(
  bytes: Buffer,
  pieces: readonly number[],
  drops: readonly number[],
  ranges: boolean,
  says: boolean,
): Upstream {
  const left = [...drops];
  return {
    origin: 'http://origin',
    seen: () => true,
    async request(_target, request) {
      const asked = Number(/^bytes=(\d+)-/.exec(request?.headers?.range ?? '')?.[1] ?? 0);
      const from = ranges ? asked : 0;
      const headers: Record<string, string> = {
        ...(says ? { 'content-length': String(bytes.length - from) } : {}),
        ...(from > 0
          ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
          : {}),
      };
      const dropAt = left.shift() ?? bytes.length;
      async function* body() {
        let at = from;
        for (let i = 0; at < bytes.length; i++) {
          const end = Math.min(bytes.length, at + pieces[i % pieces.length]!);
          if (at < dropAt && dropAt < end) throw new SelvedgeError('network', 'dropped');
          yield bytes.subarray(at, end);
          at = end;
          await new Promise(setImmediate);
        }
      }
      const status = from > 0 ? 206 : 200;
      return {
        url: 'http://origin/x',
        status,
        ok: true,
        headers,
        headerList: [],
        body: body(),
        discard: () => {},
      } as unknown as HttpResponse;
    },
  };
}

describe('a fill', () => {
  it('gives every reader exactly its part, whenever it came and however the origin behaves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat({ max: 5000 }), { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        fc.array(
          fc.record({
            start: fc.nat({ max: 4999 }),
            length: fc.nat({ max: 5000 }),
            turns: fc.nat({ max: 12 }),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (size, pieces, drops, ranges, says, readers) => {
          const bytes = randomBytes(size);
          const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
          const store = directoryStore(await fresh());
          const upstream = brokenOrigin(bytes, pieces, drops, ranges, says);
          const fill = startFill({
            digest,
            target: '/x',
            upstream,
            store,
            maxBytes: 1e9,
            retryMs: [0, 0, 0, 0],
          });
          await Promise.all(
            readers.map(async ({ start, length, turns }) => {
              for (let i = 0; i < turns; i++) await new Promise(setImmediate);
              const from = Math.min(start, size);
              const to = Math.min(size, from + length);
              const chunks: Uint8Array[] = [];
              for await (const chunk of fill.follow(from, to)) chunks.push(chunk);
              expect(Buffer.concat(chunks)).toEqual(bytes.subarray(from, to));
            }),
          );
          expect(await fill.end).toEqual({ kind: 'stored', size });
          expect(await store.stat(digest)).toEqual({ digest, size });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never gives the last byte of bytes that do not have the digest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 900 }),
        fc.boolean(),
        async (size, piece, says) => {
          const digest = `sha256:${'0'.repeat(64)}`;
          const store = directoryStore(await fresh());
          const upstream = brokenOrigin(randomBytes(size), [piece], [], true, says);
          const fill = startFill({ digest, target: '/x', upstream, store, maxBytes: 1e9 });
          let received = 0;
          const reading = (async () => {
            for await (const chunk of fill.follow(0)) received += chunk.length;
          })();
          await expect(reading).rejects.toMatchObject({ code: 'trust-digest' });
          if (says) expect(received).toBeLessThan(size);
          expect(await store.stat(digest)).toBeUndefined();
        },
      ),
      { numRuns: 30 },
    );
  });
});

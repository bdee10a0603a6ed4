import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodeFrame, FrameReader, prefixBytes, readPrefix } from './frames.ts';

const frame = fc.record({
  header: fc.dictionary(
    fc.string(),
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
  ),
  blobs: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
});

describe('a frame', () => {
  it('arrives as it was sent, in whatever pieces the stream delivers', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (sent, sizes) => {
          const stream = Buffer.concat(
            sent.flatMap(({ header, blobs }) => encodeFrame(header, blobs)),
          );
          const reader = new FrameReader<unknown>();
          const got = [];
          for (let at = 0; at < stream.length; ) {
            const end = at + (sizes.next().value as number);
            got.push(...reader.push(stream.subarray(at, end)));
            at = end;
          }
          expect(got.map(({ header }) => header)).toEqual(sent.map(({ header }) => header));
          for (const [i, { blobs }] of got.entries()) {
            expect(blobs.map((blob) => [...blob])).toEqual(sent[i]!.blobs.map((blob) => [...blob]));
          }
        },
      ),
    );
  });

  it('puts every blob where a typed array can look at it', () => {
    const chunks = encodeFrame({ odd: 'header' }, [
      new Uint8Array(3),
      new Uint8Array(5),
      new Uint8Array(8),
    ]);
    const whole = new Uint8Array(Buffer.concat(chunks));
    const { bodyBytes, headerBytes } = readPrefix(whole);
    const body = whole.slice(prefixBytes);
    expect(body.length).toBe(bodyBytes);
    const { blobs } = decodeBody(body, headerBytes);
    expect(blobs.map(({ byteOffset }) => byteOffset % 8)).toEqual([0, 0, 0]);
  });

  it('does not copy what it sends', () => {
    const blob = new Uint8Array(64);
    expect(encodeFrame({}, [blob])).toContain(blob);
  });
});

import type { Tensor } from '@selvedge/infer/engine';

/**
 * Images of blobs and boxes over a plain ground with a little noise, `[count, channels, height,
 * width]`, from 0 to `white`: smooth areas, edges and texture, so that layers see what they see of
 * photographs. They tell two roundings of a network apart, not how good the network is.
 */
export function madeUpImages(
  [count, channels, height, width]: readonly [number, number, number, number],
  white: number,
  seed: number,
): Tensor {
  const size = channels * height * width;
  const data = new Float32Array(count * size);
  for (let at = 0; at < count; at++)
    paint(data.subarray(at * size, (at + 1) * size), channels, height, width, seed + at);
  for (let at = 0; at < data.length; at++) data[at]! *= white;
  return { type: 'float32', shape: [count, channels, height, width], data };
}

function paint(
  image: Float32Array,
  channels: number,
  height: number,
  width: number,
  seed: number,
): void {
  const random = generator(seed);
  const blobs = Array.from({ length: 12 }, () => ({
    x: random() * width,
    y: random() * height,
    reach: (0.05 + 0.3 * random()) * width,
    colour: Array.from({ length: channels }, () => 2 * random() - 1),
    isBox: random() < 0.4,
  }));
  for (let channel = 0; channel < channels; channel++) {
    const ground = random();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let value = ground + 0.04 * (random() - 0.5);
        for (const { x: left, y: top, reach, colour, isBox } of blobs) {
          const [across, down] = [(x - left) / reach, (y - top) / reach];
          if (!isBox) value += 0.6 * colour[channel]! * Math.exp(-across * across - down * down);
          else if (Math.abs(across) < 1 && Math.abs(down) < 1) value += 0.4 * colour[channel]!;
        }
        image[(channel * height + y) * width + x] = Math.min(1, Math.max(0, value));
      }
    }
  }
}

/** Mulberry32: the same images on every machine. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

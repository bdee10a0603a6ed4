/** Blocks that several architectures share. */
import type { Activation, Sketch, Value } from './sketch.ts';

/** Squeeze and excitation (Hu et al. 2018). */
export function squeezeExcite(
  s: Sketch,
  x: Value,
  squeezed: number,
  act: Activation,
  gate: Activation,
): Value {
  const small = s.conv(s.globalPool(x), squeezed, 1, { act });
  return s.mul(x, s.conv(small, x.shape[1]!, 1, { act: gate }));
}

/** Multi-head attention (Vaswani et al. 2017) of `[batch, tokens, width]`; `memory` is what it attends to. */
export function attention(
  s: Sketch,
  x: Value,
  heads: number,
  options: {
    memory?: Value;
    width?: number;
    bias?: boolean;
    positions?: boolean;
    out?: number;
  } = {},
): Value {
  const {
    memory = x,
    width = x.shape[2]!,
    bias = true,
    positions = false,
    out = x.shape[2]!,
  } = options;
  const split = (from: Value, ...perm: number[]) => {
    const y = s.linear(from, width, { bias });
    return s.transpose(s.reshape(y, from.shape[0]!, from.shape[1]!, heads, width / heads), ...perm);
  };
  const query = split(x, 0, 2, 1, 3);
  const key = split(memory, 0, 2, 3, 1);
  const value = split(memory, 0, 2, 1, 3);
  let scores = s.mul(s.matmul(query, key), s.weight(1));
  if (positions) scores = s.add(scores, s.weight(1, heads, scores.shape[2]!, scores.shape[3]!));
  const mixed = s.matmul(s.softmax(scores), value);
  const joined = s.reshape(s.transpose(mixed, 0, 2, 1, 3), x.shape[0]!, x.shape[1]!, width);
  return s.linear(joined, out, { bias });
}

export interface Encoder {
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  readonly act?: Activation;
  /** Normalise before each block (ViT) or after it (BERT). */
  readonly norm?: 'pre' | 'post';
  readonly positions?: boolean;
  /** Layer scale (CaiT, BEiT, DINOv2). */
  readonly scaled?: boolean;
}

/** A stack of transformer layers. */
export function encoder(s: Sketch, x: Value, from: Encoder): Value {
  const {
    layers,
    heads,
    hidden,
    act = 'gelu',
    norm = 'pre',
    positions = false,
    scaled = false,
  } = from;
  const width = x.shape[2]!;
  const scale = (y: Value) => (scaled ? s.mul(y, s.weight(width)) : y);
  let y = x;
  for (let layer = 0; layer < layers; layer += 1) {
    const feed = (z: Value) => scale(s.linear(s.linear(z, hidden, { act }), width));
    const attend = (z: Value) => scale(attention(s, z, heads, { positions }));
    if (norm === 'pre') {
      y = s.add(y, attend(s.layerNorm(y)));
      y = s.add(y, feed(s.layerNorm(y)));
    } else {
      y = s.layerNorm(s.add(y, attend(y)));
      y = s.layerNorm(s.add(y, feed(y)));
    }
  }
  return y;
}

/** An image cut in patches, as tokens of one width; a class token before them. */
export function patches(
  s: Sketch,
  x: Value,
  size: number,
  width: number,
  classToken = true,
): Value {
  const map = s.conv(x, width, size, { stride: size, pad: 0 });
  const count = map.shape[2]! * map.shape[3]!;
  const tokens = s.transpose(s.reshape(map, 1, width, count), 0, 2, 1);
  return classToken ? s.concat([s.weight(1, 1, width), tokens], 1) : tokens;
}

/** Tokens back to an image. */
export function toImage(s: Sketch, x: Value, height: number, width: number): Value {
  const channels = x.shape[2]!;
  return s.reshape(s.transpose(x, 0, 2, 1), 1, channels, height, width);
}

/** An image as tokens. */
export function toTokens(s: Sketch, x: Value): Value {
  const [, channels = 1, height = 1, width = 1] = x.shape;
  return s.transpose(s.reshape(x, 1, channels, height * width), 0, 2, 1);
}

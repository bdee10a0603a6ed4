/** Vision transformers and their relatives. */
import type { Architecture } from '../architecture.ts';
import { attention, encoder, patches, toImage, toTokens } from '../blocks.ts';
import { Sketch, type Value } from '../sketch.ts';
import { classify } from './residual.ts';

function vit() {
  const s = new Sketch('vit');
  let x = patches(s, s.image(224, 224), 16, 768);
  x = encoder(s, s.add(x, s.weight(1, 197, 768)), { layers: 12, heads: 12, hidden: 3072 });
  return s.build(s.linear(s.flatten(s.slice(s.layerNorm(x), 1, 0, 1)), 1000));
}

/** BEiT base: relative positions in each layer, layer scale. */
function beit() {
  const s = new Sketch('beit');
  let x = patches(s, s.image(224, 224), 16, 768);
  x = encoder(s, x, { layers: 12, heads: 12, hidden: 3072, positions: true, scaled: true });
  return s.build(s.linear(s.flatten(s.layerNorm(s.mean(s.slice(x, 1, 1, 197), 1))), 1000));
}

/** VideoMAE base: tubes of 2 × 16 × 16 over 16 frames. */
function videoMae() {
  const s = new Sketch('video_mae');
  const map = s.conv(s.input(1, 3, 16, 224, 224), 768, [2, 16, 16], {
    stride: [2, 16, 16],
    pad: 0,
  });
  const tokens = s.transpose(s.reshape(map, 1, 768, 1568), 0, 2, 1);
  const x = encoder(s, s.add(tokens, s.weight(1, 1568, 768)), {
    layers: 12,
    heads: 12,
    hidden: 3072,
  });
  return s.build(s.linear(s.flatten(s.layerNorm(s.mean(x, 1))), 400));
}

/** ConvNeXt tiny (Liu et al. 2022). */
function convnext() {
  const s = new Sketch('convnext_tiny');
  let x = s.conv(s.image(224, 224), 96, 4, { stride: 4, pad: 0 });
  const last = (y: Value) => s.transpose(y, 0, 2, 3, 1);
  const first = (y: Value) => s.transpose(y, 0, 3, 1, 2);
  x = first(s.layerNorm(last(x)));
  for (const [stage, [count, width]] of (
    [
      [3, 96],
      [3, 192],
      [9, 384],
      [3, 768],
    ] as const
  ).entries()) {
    if (stage > 0) x = s.conv(first(s.layerNorm(last(x))), width, 2, { stride: 2, pad: 0 });
    for (let block = 0; block < count; block += 1) {
      const y = s.layerNorm(last(s.depthwise(x, 7)));
      const z = s.linear(s.linear(y, 4 * width, { act: 'gelu' }), width);
      x = s.add(x, s.mul(first(z), s.weight(width, 1, 1)));
    }
  }
  const pooled = first(s.layerNorm(last(s.globalPool(x))));
  return s.build(s.linear(s.flatten(pooled), 1000));
}

/** MobileViT small (Mehta and Rastegari 2022) at 256 × 256. */
function mobileVit() {
  const s = new Sketch('mobile_vit');
  let x = s.conv(s.input(1, 3, 256, 256), 16, 3, { stride: 2, act: 'silu' });
  const inverted = (y: Value, out: number, stride: number) => {
    const wide = s.conv(y, y.shape[1]! * 4, 1, { act: 'silu' });
    const z = s.conv(s.depthwise(wide, 3, { stride, act: 'silu' }), out, 1);
    return stride === 1 && y.shape[1] === out ? s.add(y, z) : z;
  };
  const block = (y: Value, width: number, layers: number) => {
    const [, channels = 1, high = 1, wide = 1] = y.shape;
    const local = s.conv(s.conv(y, channels, 3, { act: 'silu' }), width, 1, { bias: false });
    // Patches of 2 × 2: each of their four positions is a sequence of its own.
    const cut = s.transpose(s.reshape(local, (width * high) / 2, 2, wide / 2, 2), 0, 2, 1, 3);
    const folded = s.transpose(s.reshape(cut, 1, width, (high * wide) / 4, 4), 0, 3, 2, 1);
    let tokens = s.reshape(folded, 4, (high * wide) / 4, width);
    tokens = s.layerNorm(encoder(s, tokens, { layers, heads: 4, hidden: 2 * width, act: 'silu' }));
    const back = s.transpose(s.reshape(tokens, 1, 4, (high * wide) / 4, width), 0, 3, 2, 1);
    const joined = s.transpose(s.reshape(back, (width * high) / 2, wide / 2, 2, 2), 0, 2, 1, 3);
    const image = s.conv(s.reshape(joined, 1, width, high, wide), channels, 1, { act: 'silu' });
    return s.conv(s.concat([y, image]), channels, 3, { act: 'silu' });
  };
  x = inverted(x, 32, 1);
  for (const stride of [2, 1, 1]) x = inverted(x, 64, stride);
  for (const [out, width, layers] of [
    [96, 144, 2],
    [128, 192, 4],
    [160, 240, 3],
  ] as const) {
    x = block(inverted(x, out, 2), width, layers);
  }
  return s.build(classify(s, s.conv(x, 640, 1, { act: 'silu' })));
}

/** EfficientFormer L1 (Li et al. 2022). */
function efficientformer() {
  const s = new Sketch('efficientformer');
  let x = s.conv(s.image(224, 224), 24, 3, { stride: 2, act: 'relu' });
  x = s.conv(x, 48, 3, { stride: 2, act: 'relu' });
  const pooling = (y: Value) => {
    const width = y.shape[1]!;
    const scale = (z: Value) => s.mul(z, s.weight(width, 1, 1));
    const mixed = s.add(y, scale(s.sub(s.pool(y, 'Average', 3, 1, 1), y)));
    return s.add(mixed, scale(s.conv(s.conv(mixed, 4 * width, 1, { act: 'gelu' }), width, 1)));
  };
  for (const [stage, [count, width]] of (
    [
      [3, 48],
      [2, 96],
      [6, 224],
      [4, 448],
    ] as const
  ).entries()) {
    if (stage > 0) x = s.conv(x, width, 3, { stride: 2 });
    for (let block = 0; block < count - (stage === 3 ? 1 : 0); block += 1) x = pooling(x);
  }
  const tokens = toTokens(s, x);
  const normed = s.layerNorm(tokens);
  const heads = 8;
  const qk = (perm: readonly number[]) =>
    s.transpose(s.reshape(s.linear(normed, heads * 32), 1, 49, heads, 32), ...perm);
  const v = s.transpose(s.reshape(s.linear(normed, heads * 128), 1, 49, heads, 128), 0, 2, 1, 3);
  const scores = s.add(
    s.mul(s.matmul(qk([0, 2, 1, 3]), qk([0, 2, 3, 1])), s.weight(1)),
    s.weight(1, heads, 49, 49),
  );
  const mixed = s.reshape(
    s.transpose(s.matmul(s.softmax(scores), v), 0, 2, 1, 3),
    1,
    49,
    heads * 128,
  );
  let y = s.add(tokens, s.mul(s.linear(mixed, 448), s.weight(448)));
  y = s.add(
    y,
    s.mul(s.linear(s.linear(s.layerNorm(y), 1792, { act: 'gelu' }), 448), s.weight(448)),
  );
  const pooled = s.mean(s.layerNorm(y), 1);
  return s.build(s.linear(pooled, 1000), s.linear(pooled, 1000));
}

/** SegFormer B0 (Xie et al. 2021): four stages of attention on reduced keys, and an MLP head. */
function segformer() {
  const s = new Sketch('segformer_base');
  let x = s.image(512, 512);
  const stages: Value[] = [];
  for (const [stage, [width, reduce, heads]] of (
    [
      [32, 8, 1],
      [64, 4, 2],
      [160, 2, 5],
      [256, 1, 8],
    ] as const
  ).entries()) {
    const map = s.conv(x, width, stage === 0 ? 7 : 3, { stride: stage === 0 ? 4 : 2 });
    const [, , high = 1, wide = 1] = map.shape;
    let tokens = s.layerNorm(toTokens(s, map));
    for (let block = 0; block < 2; block += 1) {
      const normed = s.layerNorm(tokens);
      const memory =
        reduce === 1
          ? normed
          : s.layerNorm(
              toTokens(
                s,
                s.conv(toImage(s, normed, high, wide), width, reduce, { stride: reduce, pad: 0 }),
              ),
            );
      tokens = s.add(tokens, attention(s, normed, heads, { memory }));
      const hidden = toImage(s, s.linear(s.layerNorm(tokens), 4 * width), high, wide);
      const mixed = s.act(toTokens(s, s.depthwise(hidden, 3)), 'gelu');
      tokens = s.add(tokens, s.linear(mixed, width));
    }
    x = toImage(s, s.layerNorm(tokens), high, wide);
    stages.push(x);
  }
  const lifted = stages.map((one) => {
    const tokens = s.linear(toTokens(s, one), 256);
    const image = toImage(s, tokens, one.shape[2]!, one.shape[3]!);
    return one.shape[2] === 128 ? image : s.resize(image, 128, 128);
  });
  const fused = s.conv(s.concat(lifted.reverse()), 256, 1, { act: 'relu' });
  return s.build(s.conv(fused, 150, 1));
}

/** Depth Anything (Yang et al. 2024): DINOv2 small with a DPT head, at 518 × 518. */
function depthAnything(name: string) {
  const s = new Sketch(name);
  let x = patches(s, s.image(518, 518), 14, 384);
  x = s.add(x, s.weight(1, 1370, 384));
  const taken: Value[] = [];
  for (let quarter = 0; quarter < 4; quarter += 1) {
    x = encoder(s, x, { layers: 3, heads: 6, hidden: 1536, scaled: true });
    taken.push(toImage(s, s.slice(s.layerNorm(x), 1, 1, 1370), 37, 37));
  }
  const widths = [48, 96, 192, 384];
  const rescaled = taken.map((one, at) => {
    const y = s.conv(one, widths[at]!, 1);
    if (at === 0) return s.deconv(y, 48, 4, 4);
    if (at === 1) return s.deconv(y, 96, 2, 2);
    return at === 2 ? y : s.conv(y, 384, 3, { stride: 2 });
  });
  const unit = (y: Value) =>
    s.add(y, s.conv(s.conv(s.act(y, 'relu'), 64, 3, { act: 'relu' }), 64, 3));
  let path: Value | undefined;
  for (const [at, one] of [...rescaled.entries()].reverse()) {
    const y = s.conv(one, 64, 3, { bias: false });
    const joined = path === undefined ? y : s.add(path, unit(y));
    const next = at === 0 ? [296, 296] : rescaled[at - 1]!.shape.slice(2);
    path = s.conv(s.resize(unit(joined), next[0]!, next[1]!), 64, 1);
  }
  const wide = s.resize(s.conv(path!, 32, 3), 518, 518);
  return s.build(s.act(s.conv(s.conv(wide, 32, 3, { act: 'relu' }), 1, 1), 'relu'));
}

const aiHub = 'AI Hub Models v0.46.1, info.yaml';

export const transformers: readonly Architecture[] = [
  {
    id: 'vit',
    family: 'vit',
    parameters: 86.57e6,
    source: 'torchvision models, weights table',
    build: vit,
  },
  {
    id: 'beit',
    family: 'vit',
    parameters: 92e6,
    source: `${aiHub}: with its tables of relative positions`,
    build: beit,
  },
  { id: 'video_mae', parameters: 87.7e6, source: aiHub, build: videoMae },
  {
    id: 'convnext_tiny',
    parameters: 28.59e6,
    source: 'torchvision models, weights table',
    build: convnext,
  },
  { id: 'mobile_vit', parameters: 5.58e6, source: aiHub, build: mobileVit },
  { id: 'efficientformer', parameters: 12.3e6, source: aiHub, build: efficientformer },
  { id: 'segformer_base', parameters: 3.75e6, source: aiHub, build: segformer },
  {
    id: 'depth_anything_v2',
    family: 'depth_anything',
    parameters: 24.7e6,
    source: aiHub,
    build: () => depthAnything('depth_anything_v2'),
  },
];

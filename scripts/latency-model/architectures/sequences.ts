/** Text, speech and video. */
import type { Architecture } from '../architecture.ts';
import { encoder } from '../blocks.ts';
import { Sketch, type Value } from '../sketch.ts';
import { classify } from './residual.ts';

function distilBert() {
  const s = new Sketch('distil_bert_base_uncased_hf');
  const x = s.layerNorm(s.add(s.embed(384, 30522, 768), s.weight(1, 384, 768)));
  const y = encoder(s, x, { layers: 6, heads: 12, hidden: 3072, norm: 'post' });
  return s.build(s.linear(s.layerNorm(s.linear(y, 768, { act: 'gelu' })), 30522));
}

/** MobileBERT (Sun et al. 2020): bottlenecks of 128 in layers of 512, four feed-forward networks each. */
function mobileBert() {
  const s = new Sketch('mobile_bert_uncased_google');
  const norm = (x: Value) => s.add(s.mul(x, s.weight(x.shape[2]!)), s.weight(x.shape[2]!));
  const embedded = s.embed(384, 30522, 128);
  const near = s.concat([embedded, embedded, embedded], 2);
  let x = norm(s.add(s.linear(near, 512), s.weight(1, 384, 512)));
  for (let layer = 0; layer < 24; layer += 1) {
    const shared = norm(s.linear(x, 128));
    const value = norm(s.linear(x, 128));
    const heads = (from: Value, ...perm: number[]) =>
      s.transpose(s.reshape(s.linear(from, 128), 1, 384, 4, 32), ...perm);
    const scores = s.softmax(
      s.add(
        s.mul(s.matmul(heads(shared, 0, 2, 1, 3), heads(shared, 0, 2, 3, 1)), s.weight(1)),
        s.weight(1, 1, 1, 384),
      ),
    );
    const wide = s.transpose(s.reshape(s.linear(x, 128), 1, 384, 4, 32), 0, 2, 1, 3);
    let y = s.reshape(s.transpose(s.matmul(scores, wide), 0, 2, 1, 3), 1, 384, 128);
    y = norm(s.add(s.linear(y, 128), value));
    for (let feed = 0; feed < 4; feed += 1)
      y = norm(s.add(y, s.linear(s.linear(y, 512, { act: 'relu' }), 128)));
    x = norm(s.add(s.linear(y, 512), x));
  }
  return s.build(s.linear(s.linear(x, 512, { act: 'relu' }), 30522));
}

/** Nomic Embed v1.5: rotary positions, gated feed-forward, no biases. */
function nomic() {
  const s = new Sketch('nomic_embed_text');
  let x = s.layerNorm(s.embed(128, 30528, 768));
  const rotate = (y: Value) => {
    const turned = s.concat([s.slice(y, 3, 32, 64), s.slice(y, 3, 0, 32)], 3);
    return s.add(s.mul(y, s.weight(1, 1, 128, 64)), s.mul(turned, s.weight(1, 1, 128, 64)));
  };
  for (let layer = 0; layer < 12; layer += 1) {
    const heads = () =>
      s.transpose(s.reshape(s.linear(x, 768, { bias: false }), 1, 128, 12, 64), 0, 2, 1, 3);
    const keys = s.transpose(rotate(heads()), 0, 1, 3, 2);
    const scores = s.softmax(
      s.add(s.mul(s.matmul(rotate(heads()), keys), s.weight(1)), s.weight(1, 1, 1, 128)),
    );
    const mixed = s.reshape(s.transpose(s.matmul(scores, heads()), 0, 2, 1, 3), 1, 128, 768);
    x = s.layerNorm(s.add(x, s.linear(mixed, 768, { bias: false })));
    const gate = s.linear(x, 3072, { bias: false, act: 'silu' });
    const fed = s.linear(s.mul(s.linear(x, 3072, { bias: false }), gate), 768, { bias: false });
    x = s.layerNorm(s.add(x, fed));
  }
  const shown = s.node('Expand', [s.input(1, 128, 1), s.ints(1, 128, 768)], [1, 128, 768]);
  const summed = s.node('ReduceSum', [s.mul(x, shown), s.ints(1)], [1, 768], { keepdims: 0 });
  const counted = s.node('ReduceSum', [shown, s.ints(1)], [1, 768], { keepdims: 0 });
  const mean = s.node('Div', [summed, counted], [1, 768]);
  return s.build(s.unit(s.slice(s.layerNorm(mean), 1, 0, 512), 1));
}

/** Marian's encoder with the keys and values that its decoder attends to, 256 tokens. */
function opusEncoder(id: string) {
  const s = new Sketch(id);
  const x = s.add(s.mul(s.embed(256, 65001, 512), s.weight(1)), s.weight(1, 256, 512));
  const y = encoder(s, x, { layers: 6, heads: 8, hidden: 2048, act: 'silu', norm: 'post' });
  const caches = Array.from({ length: 12 }, () =>
    s.transpose(s.reshape(s.linear(y, 512), 1, 256, 8, 64), 0, 2, 1, 3),
  );
  return s.build(...caches);
}

/** Marian's decoder for one token, with 255 before it and 256 to attend to. */
function opusDecoder(id: string) {
  const s = new Sketch(id);
  let x = s.add(s.mul(s.embed(1, 65001, 512), s.weight(1)), s.weight(1, 1, 512));
  const outputs: Value[] = [];
  const one = (y: Value) => s.transpose(s.reshape(s.linear(y, 512), 1, 1, 8, 64), 0, 2, 1, 3);
  const attend = (query: Value, keys: Value, values: Value) => {
    const scores = s.softmax(
      s.add(
        s.matmul(s.mul(query, s.weight(1)), s.transpose(keys, 0, 1, 3, 2)),
        s.weight(1, 1, 1, keys.shape[2]!),
      ),
    );
    return s.linear(s.reshape(s.transpose(s.matmul(scores, values), 0, 2, 1, 3), 1, 1, 512), 512);
  };
  for (let layer = 0; layer < 6; layer += 1) {
    const [k, v] = [
      s.concat([s.input(1, 8, 255, 64), one(x)], 2),
      s.concat([s.input(1, 8, 255, 64), one(x)], 2),
    ];
    outputs.push(k, v);
    x = s.layerNorm(s.add(x, attend(one(x), k, v)));
    x = s.layerNorm(s.add(x, attend(one(x), s.input(1, 8, 256, 64), s.input(1, 8, 256, 64))));
    x = s.layerNorm(s.add(x, s.linear(s.linear(x, 2048, { act: 'silu' }), 512)));
  }
  return s.build(s.linear(x, 65001), ...outputs);
}

/** WavLM base plus (Chen et al. 2022) on ten seconds: convolutions over samples, then a transformer. */
function wavlm() {
  const s = new Sketch('huggingface_wavlm_base_plus');
  let x: Value = s.input(1, 1, 160_000);
  for (const [at, [kernel, stride]] of (
    [
      [10, 5],
      [3, 2],
      [3, 2],
      [3, 2],
      [3, 2],
      [2, 2],
      [2, 2],
    ] as const
  ).entries()) {
    x = s.conv(x, 512, kernel, { stride, pad: 0, bias: false });
    if (at === 0) x = s.node('InstanceNormalization', [x, s.weight(512), s.weight(512)], x.shape);
    x = s.act(x, 'gelu');
  }
  const count = x.shape[2]!;
  let tokens = s.linear(s.layerNorm(s.transpose(x, 0, 2, 1)), 768);
  const places = s.conv(s.transpose(tokens, 0, 2, 1), 768, 128, {
    pad: 64,
    groups: 16,
    act: 'gelu',
  });
  tokens = s.layerNorm(s.add(tokens, s.transpose(s.slice(places, 2, 0, count), 0, 2, 1)));
  const y = encoder(s, tokens, {
    layers: 12,
    heads: 12,
    hidden: 3072,
    norm: 'post',
    positions: true,
  });
  return s.build(s.linear(y, 31));
}

/** ResNet-18 in three dimensions (Tran et al. 2018) on 16 frames; factored in space and time, or not. */
function video(id: string, factored: boolean) {
  const s = new Sketch(id);
  const relu = { act: 'relu' } as const;
  const conv = (x: Value, out: number, stride: number, between: number) => {
    if (!factored)
      return s.conv(x, out, [3, 3, 3], { stride: [stride, stride, stride], bias: false });
    const y = s.conv(x, between, [1, 3, 3], { stride: [1, stride, stride], bias: false, ...relu });
    return s.conv(y, out, [3, 1, 1], { stride: [stride, 1, 1], bias: false });
  };
  const image = s.input(1, 3, 16, 112, 112);
  let x = factored
    ? s.conv(s.conv(image, 45, [1, 7, 7], { stride: [1, 2, 2], ...relu }), 64, [3, 1, 1], relu)
    : s.conv(image, 64, [3, 7, 7], { stride: [1, 2, 2], ...relu });
  for (const [stage, out] of [64, 128, 256, 512].entries()) {
    for (let block = 0; block < 2; block += 1) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      // As many channels between the factored convolutions as make both kinds equally large.
      const between = Math.floor((x.shape[1]! * out * 27) / (x.shape[1]! * 9 + 3 * out));
      const y = s.act(conv(x, out, stride, between), 'relu');
      const skip = stride === 2 ? s.conv(x, out, [1, 1, 1], { stride: [2, 2, 2] }) : x;
      x = s.act(s.add(conv(y, out, 1, between), skip), 'relu');
    }
  }
  return s.build(classify(s, x, 400));
}

/** VGG-19 with three heads on a crop (Mousavian et al. 2017). */
function deepBox() {
  const s = new Sketch('deepbox/VGG3DDetection');
  const relu = { act: 'relu' } as const;
  let x = s.image(224, 224);
  for (const [count, out] of [
    [2, 64],
    [2, 128],
    [4, 256],
    [4, 512],
    [4, 512],
  ] as const) {
    for (let layer = 0; layer < count; layer += 1) x = s.conv(x, out, 3, relu);
    x = s.pool(x, 'Max', 2, 2);
  }
  const flat = s.flatten(x);
  const head = (width: number, out: number) =>
    s.linear(s.linear(s.linear(flat, width, relu), width, relu), out);
  const angles = s.unit(s.reshape(head(256, 4), 1, 2, 2), 2);
  return s.build(angles, head(256, 2), head(512, 3));
}

const aiHub = 'AI Hub Models v0.46.1, info.yaml';
const pairs = ['en_es', 'en_zh', 'zh_en'];

export const sequences: readonly Architecture[] = [
  {
    id: 'distil_bert_base_uncased_hf',
    parameters: 90.3e6,
    source: 'Sanh et al. 2019: 66.9M, and the table of its head, which is tied',
    build: distilBert,
  },
  {
    id: 'mobile_bert_uncased_google',
    parameters: 40.5e6,
    source: 'Sun et al. 2020: 25.3M, and the table of its head, which is tied',
    build: mobileBert,
  },
  { id: 'nomic_embed_text', parameters: 137e6, source: aiHub, build: nomic },
  ...pairs.map((pair) => ({
    id: `opus_mt_${pair}/OpusMTEncoder`,
    family: 'opus',
    parameters: 58e6,
    source: 'Marian base, encoder and the keys of its decoder',
    build: () => opusEncoder(`opus_mt_${pair}`),
  })),
  ...pairs.map((pair) => ({
    id: `opus_mt_${pair}/OpusMTDecoder`,
    family: 'opus',
    parameters: 92e6,
    source: 'Marian base, decoder and output table',
    build: () => opusDecoder(`opus_mt_${pair}`),
  })),
  {
    id: 'huggingface_wavlm_base_plus',
    parameters: 130e6,
    source: 'Chen et al. 2022: 94.4M, and 12 tables of positions that it computes',
    build: wavlm,
  },
  {
    id: 'resnet_3d',
    family: 'resnet_video',
    parameters: 33.4e6,
    source: aiHub,
    build: () => video('resnet_3d', false),
  },
  {
    id: 'resnet_2plus1d',
    family: 'resnet_video',
    parameters: 31.5e6,
    source: aiHub,
    build: () => video('resnet_2plus1d', true),
  },
  { id: 'deepbox/VGG3DDetection', parameters: 46.1e6, source: aiHub, build: deepBox },
];

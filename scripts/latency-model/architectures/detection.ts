/** Detectors: YOLO, DETR, MediaPipe's. */
import type { Architecture } from '../architecture.ts';
import { attention, encoder, toTokens } from '../blocks.ts';
import { Sketch, type Value } from '../sketch.ts';
import { resnet } from './residual.ts';

const silu = { act: 'silu' } as const;

/** The C2f block of Ultralytics: a split whose last part runs through bottlenecks, all joined. */
function c2f(s: Sketch, x: Value, out: number, count: number, add: boolean, inner = plain): Value {
  const half = out / 2;
  const y = s.conv(x, out, 1, silu);
  const parts = [s.slice(y, 1, 0, half), s.slice(y, 1, half, out)];
  for (let block = 0; block < count; block += 1) {
    const from = parts.at(-1)!;
    const made = inner(s, from, half);
    parts.push(add ? s.add(from, made) : made);
  }
  return s.conv(s.concat(parts), out, 1, silu);
}

const plain = (s: Sketch, x: Value, width: number) =>
  s.conv(s.conv(x, width, 3, silu), width, 3, silu);

/** YOLOv10's inner block for its small stages: depthwise 3 × 3, and a large depthwise kernel. */
const inverted = (s: Sketch, x: Value, width: number) => {
  const wide = s.conv(s.depthwise(x, 3, silu), 2 * width, 1, silu);
  return s.depthwise(s.conv(s.depthwise(wide, 7, silu), width, 1, silu), 3, silu);
};

function sppf(s: Sketch, x: Value): Value {
  const half = x.shape[1]! / 2;
  const parts = [s.conv(x, half, 1, silu)];
  for (let at = 0; at < 3; at += 1) parts.push(s.pool(parts.at(-1)!, 'Max', 5, 1, 2));
  return s.conv(s.concat(parts), x.shape[1]!, 1, silu);
}

const double = (s: Sketch, x: Value) => s.resize(x, 2 * x.shape[2]!, 2 * x.shape[3]!, 'nearest');

/** Boxes from distributions over 16 bins, scores from logits; all levels joined. */
function decode(s: Sketch, levels: readonly (readonly [Value, Value])[]): Value[] {
  const flat = (x: Value) => s.reshape(x, 1, x.shape[1]!, x.shape[2]! * x.shape[3]!);
  const boxes = s.concat(
    levels.map(([box]) => flat(box)),
    2,
  );
  const scores = s.act(
    s.concat(
      levels.map(([, score]) => flat(score)),
      2,
    ),
    'sigmoid',
  );
  const count = boxes.shape[2]!;
  const bins = s.softmax(s.transpose(s.reshape(boxes, 1, 4, 16, count), 0, 2, 1, 3), 1);
  const distances = s.reshape(s.conv(bins, 1, 1, { bias: false }), 1, 4, count);
  const corner = s.sub(s.weight(1, 2, count), s.slice(distances, 1, 0, 2));
  const other = s.add(s.weight(1, 2, count), s.slice(distances, 1, 2, 4));
  const box = s.mul(s.concat([corner, other]), s.weight(1, 1, count));
  const best = s.node('ReduceMax', [scores, s.ints(1)], [1, 1, count], { keepdims: 0 });
  const label = s.node('ArgMax', [scores], [1, count], { axis: 1, keepdims: 0 });
  return [s.transpose(box, 0, 2, 1), best, label];
}

/** YOLOv8 nano with masks (Ultralytics). */
function yolov8Seg() {
  const s = new Sketch('yolov8_seg');
  let x = s.conv(s.conv(s.input(1, 3, 640, 640), 16, 3, { stride: 2, ...silu }), 32, 3, {
    stride: 2,
    ...silu,
  });
  x = c2f(s, x, 32, 1, true);
  const p3 = c2f(s, s.conv(x, 64, 3, { stride: 2, ...silu }), 64, 2, true);
  const p4 = c2f(s, s.conv(p3, 128, 3, { stride: 2, ...silu }), 128, 2, true);
  const p5 = sppf(s, c2f(s, s.conv(p4, 256, 3, { stride: 2, ...silu }), 256, 1, true));
  const n4 = c2f(s, s.concat([double(s, p5), p4]), 128, 1, false);
  const o3 = c2f(s, s.concat([double(s, n4), p3]), 64, 1, false);
  const o4 = c2f(s, s.concat([s.conv(o3, 64, 3, { stride: 2, ...silu }), n4]), 128, 1, false);
  const o5 = c2f(s, s.concat([s.conv(o4, 128, 3, { stride: 2, ...silu }), p5]), 256, 1, false);
  const branch = (y: Value, width: number, out: number) =>
    s.conv(s.conv(s.conv(y, width, 3, silu), width, 3, silu), out, 1);
  const levels = [o3, o4, o5];
  const masks = s.concat(
    levels.map((one) => {
      const y = branch(one, 32, 32);
      return s.reshape(y, 1, 32, y.shape[2]! * y.shape[3]!);
    }),
    2,
  );
  const large = s.conv(s.deconv(s.conv(o3, 64, 3, silu), 64, 2, 2), 64, 3, silu);
  const heads = decode(
    s,
    levels.map((one) => [branch(one, 64, 64), branch(one, 80, 80)] as const),
  );
  return s.build(...heads, s.transpose(masks, 0, 2, 1), s.conv(large, 32, 1, silu));
}

/** YOLOv10 nano (Wang et al. 2024), its one-to-one head. */
function yolov10() {
  const s = new Sketch('yolov10_det');
  const down = (y: Value, out: number) => s.depthwise(s.conv(y, out, 1, silu), 3, { stride: 2 });
  let x = s.conv(s.conv(s.input(1, 3, 640, 640), 16, 3, { stride: 2, ...silu }), 32, 3, {
    stride: 2,
    ...silu,
  });
  x = c2f(s, x, 32, 1, true);
  const p3 = c2f(s, s.conv(x, 64, 3, { stride: 2, ...silu }), 64, 2, true);
  const p4 = c2f(s, down(p3, 128), 128, 2, true);
  let p5 = sppf(s, c2f(s, down(p4, 256), 256, 1, true));
  // Partial self-attention on half of the channels.
  const y = s.conv(p5, 256, 1, silu);
  const b = s.slice(y, 1, 128, 256);
  const qkv = s.reshape(s.conv(b, 256, 1), 1, 2, 128, 400);
  const [q, k, v] = [s.slice(qkv, 2, 0, 32), s.slice(qkv, 2, 32, 64), s.slice(qkv, 2, 64, 128)];
  const scores = s.softmax(s.mul(s.matmul(s.transpose(q, 0, 1, 3, 2), k), s.weight(1)));
  const mixed = s.reshape(s.matmul(v, s.transpose(scores, 0, 1, 3, 2)), 1, 128, 20, 20);
  const attended = s.conv(s.add(mixed, s.depthwise(s.reshape(v, 1, 128, 20, 20), 3)), 128, 1);
  const c = s.add(b, attended);
  const d = s.add(c, s.conv(s.conv(c, 256, 1, silu), 128, 1));
  p5 = s.conv(s.concat([s.slice(y, 1, 0, 128), d]), 256, 1, silu);
  const n4 = c2f(s, s.concat([double(s, p5), p4]), 128, 1, false);
  const o3 = c2f(s, s.concat([double(s, n4), p3]), 64, 1, false);
  const o4 = c2f(s, s.concat([s.conv(o3, 64, 3, { stride: 2, ...silu }), n4]), 128, 1, false);
  const o5 = c2f(s, s.concat([down(o4, 128), p5]), 256, 1, true, inverted);
  const boxes = (z: Value) => s.conv(s.conv(s.conv(z, 64, 3, silu), 64, 3, silu), 64, 1);
  const scored = (z: Value) => {
    const first = s.conv(s.depthwise(z, 3, silu), 80, 1, silu);
    return s.conv(s.conv(s.depthwise(first, 3, silu), 80, 1, silu), 80, 1);
  };
  return s.build(
    ...decode(
      s,
      [o3, o4, o5].map((one) => [boxes(one), scored(one)] as const),
    ),
  );
}

/** YOLOv6 nano 3.0 (Li et al. 2023) as deployed: its RepVGG blocks merged to one convolution. */
function yolov6() {
  const s = new Sketch('yolov6');
  const relu = { act: 'relu' } as const;
  const rep = (x: Value, out: number, count: number) => {
    let y = x;
    for (let at = 0; at < count; at += 1) y = s.conv(y, out, 3, relu);
    return y;
  };
  let x = s.conv(s.input(1, 3, 640, 640), 16, 3, { stride: 2, ...relu });
  const stages: Value[] = [];
  for (const [out, count] of [
    [32, 2],
    [64, 4],
    [128, 6],
    [256, 2],
  ] as const) {
    x = rep(s.conv(x, out, 3, { stride: 2, ...relu }), out, count);
    stages.push(x);
  }
  const [c2, c3, c4, top] = stages as [Value, Value, Value, Value];
  const a = s.conv(top, 128, 1, relu);
  const side = s.conv(s.conv(a, 128, 3, relu), 128, 1, relu);
  const pooled = [side];
  for (let at = 0; at < 3; at += 1) pooled.push(s.pool(pooled.at(-1)!, 'Max', 5, 1, 2));
  const mixed = s.conv(s.conv(s.concat(pooled), 128, 1, relu), 128, 3, relu);
  const c5 = s.conv(s.concat([s.conv(top, 128, 1, relu), mixed]), 256, 1, relu);
  const fuse = (high: Value, middle: Value, low: Value, out: number) =>
    s.conv(
      s.concat([
        s.deconv(high, out, 2, 2),
        s.conv(middle, out, 1, relu),
        s.conv(s.conv(low, out, 1, relu), out, 3, { stride: 2, ...relu }),
      ]),
      out,
      1,
      relu,
    );
  const f5 = s.conv(c5, 64, 1, relu);
  const n4 = rep(fuse(f5, c4, c3, 64), 64, 4);
  const f4 = s.conv(n4, 32, 1, relu);
  const o3 = rep(fuse(f4, c3, c2, 32), 32, 4);
  const o4 = rep(s.concat([s.conv(o3, 32, 3, { stride: 2, ...relu }), f4]), 64, 4);
  const o5 = rep(s.concat([s.conv(o4, 64, 3, { stride: 2, ...relu }), f5]), 128, 4);
  const outputs = [o3, o4, o5].map((one) => {
    const width = one.shape[1]!;
    const stem = s.conv(one, width, 1, silu);
    const score = s.act(s.conv(s.conv(stem, width, 3, silu), 80, 1), 'sigmoid');
    const box = s.conv(s.conv(stem, width, 3, silu), 4, 1);
    const flat = (y: Value) => s.reshape(y, 1, y.shape[1]!, y.shape[2]! * y.shape[3]!);
    return [flat(box), flat(score)] as const;
  });
  const rows = (at: 0 | 1) => {
    const joined = outputs.map((one) => one[at]);
    return s.transpose(s.concat(joined, 2), 0, 2, 1);
  };
  const half = (y: Value, at: 0 | 1) => s.slice(y, 2, 2 * at, 2 * at + 2);
  const centres = () => s.constants(8400, 2);
  // Distances to corners, corners to centre and size; the score is put beside, and taken off again.
  const distances = rows(0);
  const corner = s.sub(centres(), half(distances, 0));
  const other = s.add(centres(), half(distances, 1));
  const middle = s.mul(s.add(corner, other), s.constants(1));
  const boxes = s.mul(s.concat([middle, s.sub(other, corner)], 2), s.constants(8400, 1));
  const all = s.concat([boxes, s.constants(1, 8400, 1), rows(1)], 2);
  const found = s.slice(all, 2, 0, 4);
  const scores = s.mul(s.slice(all, 2, 5, 85), s.slice(all, 2, 4, 5));
  const size = s.mul(half(found, 1), s.constants(1));
  const corners = s.concat([s.sub(half(found, 0), size), s.add(half(found, 0), size)], 2);
  const chunk = (from: number, to: number) => {
    const part = s.slice(scores, 1, from, to);
    const best = s.node('ReduceMax', [part, s.ints(2)], [1, to - from], { keepdims: 0 });
    const label = s.node('ArgMax', [part], [1, to - from], { axis: 2, keepdims: 0 });
    return [best, label] as const;
  };
  const [one, two] = [chunk(0, 5000), chunk(5000, 8400)];
  return s.build(corners, s.concat([one[0], two[0]]), s.concat([one[1], two[1]]));
}

/** DETR (Carion et al. 2020) on ResNet-101. */
function detr() {
  const s = new Sketch('detr_resnet101');
  const features = resnet(s, s.image(480, 480), { layers: [3, 4, 23, 3] }).at(-1)!;
  let memory = toTokens(s, s.conv(features, 256, 1));
  const places = s.weight(1, 225, 256);
  for (let layer = 0; layer < 6; layer += 1) {
    memory = encoder(s, s.add(memory, places), {
      layers: 1,
      heads: 8,
      hidden: 2048,
      act: 'relu',
      norm: 'post',
    });
  }
  let x = s.add(s.weight(1, 100, 256), s.weight(1, 100, 256));
  x = s.layerNorm(x);
  for (let layer = 0; layer < 6; layer += 1) {
    const asked = s.add(x, s.weight(1, 100, 256));
    x = s.layerNorm(s.add(x, attention(s, asked, 8)));
    x = s.layerNorm(s.add(x, attention(s, x, 8, { memory: s.add(memory, places) })));
    x = s.layerNorm(s.add(x, s.linear(s.linear(x, 2048, { act: 'relu' }), 256)));
  }
  x = s.layerNorm(x);
  const hidden = s.linear(s.linear(x, 256, { act: 'relu' }), 256, { act: 'relu' });
  return s.build(s.linear(x, 92), s.act(s.linear(hidden, 4), 'sigmoid'));
}

/** MediaPipe's hand landmarks of its gesture recogniser, 224 × 224: inverted residuals. */
function handLandmarks() {
  const s = new Sketch('mediapipe_hand_gesture/HandLandmarkDetector');
  const relu6 = { act: 'relu6' } as const;
  let x = s.conv(s.input(1, 3, 224, 224), 24, 3, { stride: 2, ...relu6 });
  x = s.conv(s.depthwise(x, 3, relu6), 16, 1);
  const rows = [
    [64, 3, 2, 24],
    [144, 3, 1, 24],
    [144, 5, 2, 40],
    [240, 5, 1, 40],
    [240, 3, 2, 80],
    [480, 3, 1, 80],
    [480, 3, 1, 80],
    [480, 5, 1, 112],
    [672, 5, 1, 112],
    [672, 5, 1, 112],
    [672, 5, 2, 192],
    [1152, 5, 1, 192],
    [1152, 5, 1, 192],
    [1152, 5, 1, 192],
  ] as const;
  for (const [wide, kernel, stride, out] of rows) {
    const y = s.conv(s.depthwise(s.conv(x, wide, 1, relu6), kernel, { stride, ...relu6 }), out, 1);
    x = stride === 1 && x.shape[1] === out ? s.add(x, y) : y;
  }
  const pooled = s.flatten(s.globalPool(s.depthwise(s.conv(x, 1152, 1, relu6), 3, relu6)));
  return s.build(
    s.linear(pooled, 63),
    s.act(s.linear(pooled, 1), 'sigmoid'),
    s.act(s.linear(pooled, 1), 'sigmoid'),
    s.linear(pooled, 63),
  );
}

const aiHub = 'AI Hub Models v0.46.1, info.yaml';

export const detection: readonly Architecture[] = [
  { id: 'yolov8_seg', parameters: 3.43e6, source: aiHub, build: yolov8Seg },
  { id: 'yolov10_det', parameters: 2.33e6, source: aiHub, build: yolov10 },
  { id: 'yolov6', parameters: 4.68e6, source: aiHub, build: yolov6 },
  { id: 'detr_resnet101', parameters: 60.3e6, source: aiHub, build: detr },
  {
    id: 'mediapipe_hand_gesture/HandLandmarkDetector',
    parameters: 2.72e6,
    source: aiHub,
    build: handLandmarks,
  },
];

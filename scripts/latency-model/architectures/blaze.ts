/** MediaPipe's detectors and landmark networks, as zmurez/MediaPipePyTorch writes them. */
import type { Architecture } from '../architecture.ts';
import { Sketch, type Value } from '../sketch.ts';

const relu = { act: 'relu' } as const;

/**
 * Depthwise and pointwise beside a skip, whose channels grow by zeros, or by a projection. The
 * padding that it adds before strides is symmetric here, for as many positions: it is folded.
 */
function block(s: Sketch, x: Value, out: number, kernel: number, stride = 1, project = false) {
  const y = s.conv(s.depthwise(x, kernel, { stride }), out, 1);
  const pooled = stride === 1 ? x : s.pool(x, 'Max', 2, 2);
  return s.act(s.add(y, skipOf(s, pooled, out, project)), 'relu');
}

function skipOf(s: Sketch, x: Value, out: number, project: boolean): Value {
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  if (project) return s.conv(x, out, 1);
  if (out === channels) return x;
  const zeros = s.ints(0, 0, 0, 0, 0, out - channels, 0, 0);
  return s.node('Pad', [x, zeros], [batch, out, height, width]);
}

function blocks(s: Sketch, x: Value, out: number, count: number, kernel: number, stride = 1) {
  let y = block(s, x, out, kernel, stride);
  for (let at = 1; at < count; at += 1) y = block(s, y, out, kernel);
  return y;
}

const stem = (s: Sketch, size: number, width: number) =>
  s.conv(s.input(1, 3, size, size), width, 3, { stride: 2, ...relu });

/** Rows of `width` from a map. */
const rows = (s: Sketch, x: Value, channels: number, width: number) => {
  const y = s.transpose(s.conv(x, channels, 1), 0, 2, 3, 1);
  return s.reshape(y, 1, (channels / width) * y.shape[1]! * y.shape[2]!, width);
};

function palm(id: string) {
  const s = new Sketch(id);
  let x = blocks(s, stem(s, 256, 32), 32, 7, 3);
  x = blocks(s, x, 64, 8, 3, 2);
  const eighth = blocks(s, x, 128, 8, 3, 2);
  const middle = blocks(s, eighth, 256, 8, 3, 2);
  const last = blocks(s, middle, 256, 8, 3, 2);
  const up = block(s, s.add(middle, s.deconv(last, 256, 2, 2, 0, 'relu')), 256, 3);
  const large = block(s, s.add(eighth, s.deconv(up, 128, 2, 2, 0, 'relu')), 128, 3);
  const scores = [rows(s, large, 2, 1), rows(s, up, 2, 1), rows(s, last, 6, 1)];
  const boxes = [rows(s, large, 36, 18), rows(s, up, 36, 18), rows(s, last, 108, 18)];
  return s.build(s.concat(boxes, 1), s.concat(scores, 1));
}

function poseDetector() {
  const s = new Sketch('mediapipe_pose/PoseDetector');
  let x = s.conv(s.input(1, 3, 128, 128), 48, 5, relu);
  x = blocks(s, x, 48, 3, 5);
  for (const [out, count] of [
    [64, 3],
    [96, 6],
    [128, 7],
  ] as const) {
    x = blocks(s, block(s, x, out, 5, 2, true), out, count, 5);
  }
  const small = blocks(s, block(s, x, 256, 5, 2, true), 256, 6, 5);
  const scores = [rows(s, x, 2, 1), rows(s, small, 6, 1)];
  return s.build(rows(s, x, 24, 12), rows(s, small, 72, 12), ...scores);
}

const doubled = (s: Sketch, x: Value) => s.resize(x, 2 * x.shape[2]!, 2 * x.shape[3]!);
const separable = (s: Sketch, x: Value, out: number) => s.conv(s.depthwise(x, 3), out, 1, relu);

function poseLandmarks() {
  const s = new Sketch('mediapipe_pose/PoseLandmarkDetector');
  const half = blocks(s, stem(s, 256, 24), 24, 2, 3);
  const stages = [half];
  for (const [out, count] of [
    [48, 4],
    [96, 5],
    [192, 6],
    [288, 7],
  ] as const) {
    stages.push(blocks(s, stages.at(-1)!, out, count, 3, 2));
  }
  const [, y, z, w, v] = stages as [Value, Value, Value, Value, Value];
  const merge = (skip: Value, from: Value) => s.add(separable(s, skip, 48), doubled(s, from));
  const top = merge(y, merge(z, merge(w, separable(s, v, 48))));
  let x = blocks(s, top, 96, 5, 3, 2);
  x = s.add(x, separable(s, z, 96));
  x = s.add(blocks(s, x, 192, 6, 3, 2), separable(s, w, 192));
  x = s.add(blocks(s, x, 288, 7, 3, 2), separable(s, v, 288));
  x = blocks(s, blocks(s, x, 288, 8, 3, 2), 288, 7, 3, 2);
  x = block(s, x, 288, 3);
  const flag = s.act(s.reshape(s.conv(x, 1, 2, { pad: 0 }), 1), 'sigmoid');
  const points = s.slice(s.reshape(s.conv(x, 124, 2, { pad: 0 }), 1, 31, 4), 1, 0, 25);
  return s.build(flag, s.mul(points, s.constants(1)));
}

function handLandmarks() {
  const s = new Sketch('mediapipe_hand/HandLandmarkDetector');
  let quarter = blocks(s, stem(s, 256, 24), 24, 2, 5);
  quarter = block(s, quarter, 48, 5, 2);
  const stages = [quarter];
  for (let stage = 0; stage < 3; stage += 1) {
    const from = stages.at(-1)!;
    stages.push(block(s, blocks(s, from, from.shape[1]!, 2, 5), 96, 5, 2));
  }
  const [x, y, z, w] = stages as [Value, Value, Value, Value];
  const five = block(s, s.add(z, doubled(s, w)), 96, 5);
  const six = s.conv(block(s, s.add(y, doubled(s, five)), 96, 5), 48, 1);
  let top = blocks(s, s.add(x, doubled(s, six)), 48, 4, 5);
  for (const out of [96, 288, 288, 288, 288]) top = blocks(s, top, out, 5, 5, 2);
  const head = (out: number) => s.reshape(s.conv(top, out, 2, { pad: 0 }), out);
  const points = s.mul(s.reshape(head(63), 1, 21, 3), s.constants(1));
  return s.build(s.act(head(1), 'sigmoid'), s.act(head(1), 'sigmoid'), points);
}

const aiHub = 'AI Hub Models v0.46.1, info.yaml';
const palms = ['mediapipe_hand/HandDetector', 'mediapipe_hand_gesture/PalmDetector'];

export const blaze: readonly Architecture[] = [
  ...palms.map((id) => ({
    id,
    family: 'palm',
    parameters: 1.76e6,
    source: aiHub,
    build: () => palm(id),
  })),
  { id: 'mediapipe_pose/PoseDetector', parameters: 815e3, source: aiHub, build: poseDetector },
  {
    id: 'mediapipe_pose/PoseLandmarkDetector',
    family: 'blaze_landmarks',
    parameters: 3.36e6,
    source: aiHub,
    build: poseLandmarks,
  },
  {
    id: 'mediapipe_hand/HandLandmarkDetector',
    family: 'blaze_landmarks',
    parameters: 2.01e6,
    source: aiHub,
    build: handLandmarks,
  },
];

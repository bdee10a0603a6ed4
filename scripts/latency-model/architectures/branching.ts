/** Classifiers that branch and concatenate, and small ones: torchvision's. */
import type { Architecture } from '../architecture.ts';
import { squeezeExcite } from '../blocks.ts';
import { type Activation, Sketch, type Value } from '../sketch.ts';
import { classify } from './residual.ts';

function googlenet() {
  const s = new Sketch('googlenet');
  // Its two normalisations together are 2x - 1.
  const image = s.sub(s.mul(s.input(1, 3, 224, 224), s.constants(1)), s.constants(1));
  const relu = { act: 'relu' } as const;
  let x = s.pool(s.conv(image, 64, 7, { stride: 2, ...relu }), 'Max', 3, 2, 0, true);
  x = s.pool(s.conv(s.conv(x, 64, 1, relu), 192, 3, relu), 'Max', 3, 2, 0, true);
  const inception = (y: Value, [a, b1, b2, c1, c2, d]: readonly number[]) =>
    s.concat([
      s.conv(y, a!, 1, relu),
      s.conv(s.conv(y, b1!, 1, relu), b2!, 3, relu),
      s.conv(s.conv(y, c1!, 1, relu), c2!, 3, relu),
      s.conv(s.pool(y, 'Max', 3, 1, 1), d!, 1, relu),
    ]);
  const stages = [
    [
      [64, 96, 128, 16, 32, 32],
      [128, 128, 192, 32, 96, 64],
    ],
    [
      [192, 96, 208, 16, 48, 64],
      [160, 112, 224, 24, 64, 64],
      [128, 128, 256, 24, 64, 64],
      [112, 144, 288, 32, 64, 64],
      [256, 160, 320, 32, 128, 128],
    ],
    [
      [256, 160, 320, 32, 128, 128],
      [384, 192, 384, 48, 128, 128],
    ],
  ];
  for (const [at, blocks] of stages.entries()) {
    for (const block of blocks) x = inception(x, block);
    if (at < 2) x = s.pool(x, 'Max', at === 0 ? 3 : 2, 2, 0, true);
  }
  return s.build(classify(s, x));
}

function densenet121() {
  const s = new Sketch('densenet121');
  let x = s.pool(s.conv(s.image(224, 224), 64, 7, { stride: 2, act: 'relu' }), 'Max', 3, 2, 1);
  // The normalisation before a convolution can't be folded into it: it is a product and a sum.
  const normalise = (y: Value) =>
    s.act(
      s.node('BatchNormalization', [y, ...[0, 1, 2, 3].map(() => s.weight(y.shape[1]!))], y.shape),
      'relu',
    );
  for (const [at, count] of [6, 12, 24, 16].entries()) {
    const features = [x];
    for (let layer = 0; layer < count; layer += 1) {
      const joined = features.length === 1 ? x : s.concat(features);
      features.push(s.conv(s.conv(normalise(joined), 128, 1, { act: 'relu' }), 32, 3));
    }
    x = normalise(s.concat(features));
    if (at < 3) x = s.pool(s.conv(x, x.shape[1]! >> 1, 1), 'Average', 2, 2);
  }
  return s.build(classify(s, x));
}

function squeezenet() {
  const s = new Sketch('squeezenet1_1');
  const relu = { act: 'relu' } as const;
  let x = s.conv(s.image(224, 224), 64, 3, { stride: 2, pad: 0, ...relu });
  const fire = (y: Value, squeeze: number, expand: number) => {
    const z = s.conv(y, squeeze, 1, relu);
    return s.concat([s.conv(z, expand, 1, relu), s.conv(z, expand, 3, relu)]);
  };
  for (const [squeeze, expand, pool] of [
    [16, 64, 1],
    [16, 64, 0],
    [32, 128, 1],
    [32, 128, 0],
    [48, 192, 1],
    [48, 192, 0],
    [64, 256, 0],
    [64, 256, 0],
  ] as const) {
    if (pool) x = s.pool(x, 'Max', 3, 2, 0, true);
    x = fire(x, squeeze, expand);
  }
  return s.build(s.flatten(s.globalPool(s.conv(x, 1000, 1, relu))));
}

/** shufflenet_v2_x0_5 (Ma et al. 2018). */
function shufflenet() {
  const s = new Sketch('shufflenet_v2');
  const relu = { act: 'relu' } as const;
  let x = s.pool(s.conv(s.image(224, 224), 24, 3, { stride: 2, ...relu }), 'Max', 3, 2, 1);
  const shuffle = (y: Value) => {
    const [, channels = 1, height = 1, width = 1] = y.shape;
    const grouped = s.transpose(s.reshape(y, 1, 2, channels / 2, height, width), 0, 2, 1, 3, 4);
    return s.reshape(grouped, 1, channels, height, width);
  };
  for (const [count, out] of [
    [4, 48],
    [8, 96],
    [4, 192],
  ] as const) {
    const half = out / 2;
    const branch = (y: Value, stride: number) =>
      s.conv(s.depthwise(s.conv(y, half, 1, relu), 3, { stride }), half, 1, relu);
    x = shuffle(s.concat([s.conv(s.depthwise(x, 3, { stride: 2 }), half, 1, relu), branch(x, 2)]));
    for (let block = 1; block < count; block += 1) {
      x = shuffle(s.concat([s.slice(x, 1, 0, half), branch(s.slice(x, 1, half, out), 1)]));
    }
  }
  return s.build(s.linear(s.flatten(s.mean(s.conv(x, 1024, 1, relu), 2, 3)), 1000));
}

/** MobileNetV2 (Sandler et al. 2018). */
function mobilenetV2() {
  const s = new Sketch('mobilenet_v2');
  let x = s.conv(s.image(224, 224), 32, 3, { stride: 2, act: 'relu6' });
  for (const [expand, out, count, stride] of [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const) {
    for (let block = 0; block < count; block += 1) {
      const step = block === 0 ? stride : 1;
      const y = expand === 1 ? x : s.conv(x, x.shape[1]! * expand, 1, { act: 'relu6' });
      const z = s.conv(s.depthwise(y, 3, { stride: step, act: 'relu6' }), out, 1);
      x = step === 1 && x.shape[1] === out ? s.add(x, z) : z;
    }
  }
  return s.build(classify(s, s.conv(x, 1280, 1, { act: 'relu6' })));
}

type Row = readonly [
  kernel: number,
  expand: number,
  out: number,
  se: boolean,
  hard: boolean,
  stride: number,
];

/** MobileNetV3 (Howard et al. 2019), as torchvision writes it. */
function mobilenetV3(name: string, rows: readonly Row[], last: number, hidden: number) {
  const s = new Sketch(name);
  let x = s.conv(s.image(224, 224), 16, 3, { stride: 2, act: 'hardswish' });
  for (const [kernel, expand, out, se, hard, stride] of rows) {
    const act: Activation = hard ? 'hardswish' : 'relu';
    let y = expand === x.shape[1] ? x : s.conv(x, expand, 1, { act });
    y = s.depthwise(y, kernel, { stride, act });
    if (se) y = squeezeExcite(s, y, eights(expand / 4), 'relu', 'hardsigmoid');
    y = s.conv(y, out, 1);
    x = stride === 1 && x.shape[1] === out ? s.add(x, y) : y;
  }
  const pooled = s.flatten(s.globalPool(s.conv(x, last, 1, { act: 'hardswish' })));
  return s.build(s.linear(s.linear(pooled, hidden, { act: 'hardswish' }), 1000));
}

/** Rounds channels to multiples of 8, losing no more than a tenth. */
function eights(value: number): number {
  const rounded = Math.max(8, Math.floor(value / 8 + 0.5) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}

const large: readonly Row[] = [
  [3, 16, 16, false, false, 1],
  [3, 64, 24, false, false, 2],
  [3, 72, 24, false, false, 1],
  [5, 72, 40, true, false, 2],
  [5, 120, 40, true, false, 1],
  [5, 120, 40, true, false, 1],
  [3, 240, 80, false, true, 2],
  [3, 200, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 480, 112, true, true, 1],
  [3, 672, 112, true, true, 1],
  [5, 672, 160, true, true, 2],
  [5, 960, 160, true, true, 1],
  [5, 960, 160, true, true, 1],
];
const small: readonly Row[] = [
  [3, 16, 16, true, false, 2],
  [3, 72, 24, false, false, 2],
  [3, 88, 24, false, false, 1],
  [5, 96, 40, true, true, 2],
  [5, 240, 40, true, true, 1],
  [5, 240, 40, true, true, 1],
  [5, 120, 48, true, true, 1],
  [5, 144, 48, true, true, 1],
  [5, 288, 96, true, true, 2],
  [5, 576, 96, true, true, 1],
  [5, 576, 96, true, true, 1],
];

/** MobileNetV1 (Howard et al. 2017) at any size; strides as published, or held at 16. */
export function mobilenetV1(s: Sketch, image: Value, held = false): Value {
  let x = s.conv(image, 32, 3, { stride: 2, act: 'relu6' });
  const rows = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [1024, held ? 1 : 2],
    [1024, 1],
  ] as const;
  for (const [out, stride] of rows)
    x = s.conv(s.depthwise(x, 3, { stride, act: 'relu6' }), out, 1, { act: 'relu6' });
  return x;
}

/** YAMNet: MobileNetV1 on a log-mel patch. */
function yamnet() {
  const s = new Sketch('yamnet');
  return s.build(s.act(classify(s, mobilenetV1(s, s.input(1, 1, 96, 64)), 521), 'sigmoid'));
}

/** PoseNet on MobileNetV1 (Papandreou et al. 2018): heatmaps, offsets, displacements; a maximum filter. */
function posenet() {
  const s = new Sketch('posenet_mobilenet');
  const image = s.mul(s.input(1, 3, 513, 257), s.constants(1));
  const x = mobilenetV1(s, s.add(image, s.constants(1)), true);
  const heat = s.act(s.conv(x, 17, 1), 'sigmoid');
  return s.build(
    heat,
    s.conv(x, 34, 1),
    s.conv(x, 32, 1),
    s.conv(x, 32, 1),
    s.pool(heat, 'Max', 3, 1, 1),
  );
}

const torchvision = 'torchvision models, weights table';

export const branching: readonly Architecture[] = [
  { id: 'googlenet', parameters: 6.62e6, source: torchvision, build: googlenet },
  { id: 'densenet121', parameters: 7.98e6, source: torchvision, build: densenet121 },
  { id: 'squeezenet1_1', parameters: 1.24e6, source: torchvision, build: squeezenet },
  { id: 'shufflenet_v2', parameters: 1.37e6, source: torchvision, build: shufflenet },
  { id: 'mobilenet_v2', parameters: 3.5e6, source: torchvision, build: mobilenetV2 },
  {
    id: 'mobilenet_v3_large',
    family: 'mobilenet_v3',
    parameters: 5.48e6,
    source: torchvision,
    build: () => mobilenetV3('mobilenet_v3_large', large, 960, 1280),
  },
  {
    id: 'mobilenet_v3_small',
    family: 'mobilenet_v3',
    parameters: 2.54e6,
    source: torchvision,
    build: () => mobilenetV3('mobilenet_v3_small', small, 576, 1024),
  },
  { id: 'yamnet', parameters: 3.73e6, source: 'AI Hub Models v0.46.1, info.yaml', build: yamnet },
  {
    id: 'posenet_mobilenet',
    parameters: 3.31e6,
    source: 'AI Hub Models v0.46.1, info.yaml',
    build: posenet,
  },
];

/** Residual classifiers: torchvision's ResNet, ResNeXt, RegNet; Res2Net serves others. */
import type { Architecture } from '../architecture.ts';
import { squeezeExcite } from '../blocks.ts';
import { Sketch, type Value } from '../sketch.ts';

export interface ResNet {
  readonly layers: readonly number[];
  readonly groups?: number;
  readonly widthPerGroup?: number;
  /** Strides of the last stages that are replaced by dilation, as segmentation does. */
  readonly dilated?: readonly boolean[];
  readonly basic?: boolean;
}

/** The four stages of a ResNet (He et al. 2016) on an image, without its classifier. */
export function resnet(s: Sketch, image: Value, from: ResNet): Value[] {
  const { layers, groups = 1, widthPerGroup = 64, dilated = [], basic = false } = from;
  let x = s.conv(image, 64, 7, { stride: 2, act: 'relu' });
  x = s.pool(x, 'Max', 3, 2, 1);
  const stages: Value[] = [];
  let dilation = 1;
  for (const [stage, count] of layers.entries()) {
    const planes = 64 * 2 ** stage;
    const stride = stage === 0 || dilated[stage] ? 1 : 2;
    if (dilated[stage]) dilation *= 2;
    for (let block = 0; block < count; block += 1) {
      const options = { stride: block === 0 ? stride : 1, dilation, groups };
      x = basic
        ? basicBlock(s, x, planes, options.stride)
        : bottleneck(s, x, Math.floor(planes * (widthPerGroup / 64)) * groups, planes * 4, options);
    }
    stages.push(x);
  }
  return stages;
}

export function bottleneck(
  s: Sketch,
  x: Value,
  width: number,
  out: number,
  { stride, dilation = 1, groups = 1 }: { stride: number; dilation?: number; groups?: number },
): Value {
  const a = s.conv(x, width, 1, { act: 'relu' });
  const b = s.conv(a, width, 3, { stride, dilation, groups, act: 'relu' });
  const c = s.conv(b, out, 1);
  const skip = stride !== 1 || x.shape[1] !== out ? s.conv(x, out, 1, { stride }) : x;
  return s.act(s.add(c, skip), 'relu');
}

export function basicBlock(s: Sketch, x: Value, out: number, stride: number): Value {
  const a = s.conv(x, out, 3, { stride, act: 'relu' });
  const b = s.conv(a, out, 3);
  const skip = stride !== 1 || x.shape[1] !== out ? s.conv(x, out, 1, { stride }) : x;
  return s.act(s.add(b, skip), 'relu');
}

/** Averages positions and classifies. */
export function classify(s: Sketch, x: Value, classes = 1000): Value {
  return s.linear(s.flatten(s.globalPool(x)), classes);
}

const classifier = (id: string, from: ResNet) => () => {
  const s = new Sketch(id);
  return s.build(classify(s, resnet(s, s.image(224, 224), from).at(-1)!));
};

/** regnet_x_3_2gf: depths, widths and group width of torchvision. */
function regnet(): ReturnType<Sketch['build']> {
  const s = new Sketch('regnet');
  let x = s.conv(s.image(224, 224), 32, 3, { stride: 2, act: 'relu' });
  for (const [depth, width] of [
    [2, 96],
    [6, 192],
    [15, 432],
    [2, 1008],
  ] as const) {
    for (let block = 0; block < depth; block += 1) {
      x = bottleneck(s, x, width, width, { stride: block === 0 ? 2 : 1, groups: width / 48 });
    }
  }
  return s.build(classify(s, x));
}

/** EfficientNet (Tan and Le 2019), with torchvision's rounding for B4. */
function efficientnetB4(): ReturnType<Sketch['build']> {
  const s = new Sketch('efficientnet_b4');
  let x = s.conv(s.image(224, 224), 48, 3, { stride: 2, act: 'silu' });
  const stages = [
    [1, 3, 1, 24, 2],
    [6, 3, 2, 32, 4],
    [6, 5, 2, 56, 4],
    [6, 3, 2, 112, 6],
    [6, 5, 1, 160, 6],
    [6, 5, 2, 272, 8],
    [6, 3, 1, 448, 2],
  ] as const;
  for (const [expand, kernel, stride, out, count] of stages) {
    for (let block = 0; block < count; block += 1) {
      const step = block === 0 ? stride : 1;
      const wide = x.shape[1]! * expand;
      let y = expand === 1 ? x : s.conv(x, wide, 1, { act: 'silu' });
      y = s.depthwise(y, kernel, { stride: step, act: 'silu' });
      y = squeezeExcite(s, y, Math.max(1, x.shape[1]! >> 2), 'silu', 'sigmoid');
      y = s.conv(y, out, 1);
      x = step === 1 && x.shape[1] === out ? s.add(x, y) : y;
    }
  }
  return s.build(classify(s, s.conv(x, 1792, 1, { act: 'silu' })));
}

const torchvision = 'torchvision models, weights table';

export const residual: readonly Architecture[] = [
  {
    id: 'resnet50',
    family: 'resnet',
    parameters: 25.56e6,
    source: torchvision,
    build: classifier('resnet50', { layers: [3, 4, 6, 3] }),
  },
  {
    id: 'resnet101',
    family: 'resnet',
    parameters: 44.55e6,
    source: torchvision,
    build: classifier('resnet101', { layers: [3, 4, 23, 3] }),
  },
  {
    id: 'resnext50',
    family: 'resnext',
    parameters: 25.03e6,
    source: torchvision,
    build: classifier('resnext50', { layers: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 }),
  },
  {
    id: 'resnext101',
    family: 'resnext',
    parameters: 88.79e6,
    source: torchvision,
    build: classifier('resnext101', { layers: [3, 4, 23, 3], groups: 32, widthPerGroup: 8 }),
  },
  { id: 'regnet', parameters: 15.3e6, source: torchvision, build: regnet },
  { id: 'efficientnet_b4', parameters: 19.34e6, source: torchvision, build: efficientnetB4 },
];

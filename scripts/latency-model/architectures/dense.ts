/** Networks that answer for every pixel: segmentation, depth, pose. */
import type { Architecture } from '../architecture.ts';
import { Sketch, type Value } from '../sketch.ts';
import { basicBlock, bottleneck, resnet } from './residual.ts';

const relu = { act: 'relu' } as const;

function fcn() {
  const s = new Sketch('fcn_resnet50');
  const image = s.image(520, 520);
  const features = resnet(s, image, {
    layers: [3, 4, 6, 3],
    dilated: [false, false, true, true],
  }).at(-1)!;
  const logits = s.conv(s.conv(features, 512, 3, relu), 21, 1);
  return s.build(argMax(s, s.resize(logits, 520, 520)));
}

const argMax = (s: Sketch, x: Value) => s.node('ArgMax', [x], x.shape.with(1, 1), { axis: 1 });

/** U-Net (Ronneberger et al. 2015), the implementation of milesial with transposed convolutions. */
function unet() {
  const s = new Sketch('unet_segmentation');
  const double = (x: Value, out: number) => s.conv(s.conv(x, out, 3, relu), out, 3, relu);
  let x = double(s.input(1, 3, 640, 1280), 64);
  const skips = [x];
  for (const out of [128, 256, 512, 1024]) {
    x = double(s.pool(x, 'Max', 2, 2), out);
    skips.push(x);
  }
  skips.pop();
  for (const out of [512, 256, 128, 64])
    x = double(s.concat([skips.pop()!, s.deconv(x, out, 2, 2)]), out);
  return s.build(s.conv(x, 2, 1));
}

/** FFNet 78S (Mehta et al. 2022): a ResNet of basic blocks, and a head that only convolves and adds up. */
function ffnet() {
  const s = new Sketch('ffnet_78s');
  let x = s.conv(s.image(1024, 2048), 32, 3, { stride: 2, ...relu });
  x = s.conv(s.conv(x, 64, 3, { stride: 2, ...relu }), 64, 3, relu);
  const stages: Value[] = [];
  for (const [count, width] of [
    [6, 64],
    [12, 128],
    [12, 192],
    [8, 320],
  ] as const) {
    for (let block = 0; block < count; block += 1) x = basicBlock(s, x, width, block === 0 ? 2 : 1);
    stages.push(x);
  }
  const [, , high = 1, wide = 1] = stages[0]!.shape;
  const joined = s.concat(
    stages.map((one, at) => {
      const y = s.conv(one, [64, 64, 64, 128][at]!, 3, relu);
      return at === 0 ? y : s.resize(y, high, wide);
    }),
  );
  return s.build(s.conv(s.conv(joined, 96, 3, relu), 19, 1));
}

/** BiSeNet (Yu et al. 2018) on ResNet-18. */
function bisenet() {
  const s = new Sketch('bisenet');
  const image = s.image(720, 960);
  let spatial = image;
  for (const out of [64, 128, 256]) spatial = s.conv(spatial, out, 3, { stride: 2, ...relu });
  const [, , third, fourth] = resnet(s, image, { layers: [2, 2, 2, 2], basic: true }) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const refine = (x: Value) => s.mul(x, s.act(s.conv(s.globalPool(x), x.shape[1]!, 1), 'sigmoid'));
  const tail = s.mul(refine(fourth), s.globalPool(fourth));
  const joined = s.concat([spatial, s.resize(refine(third), 90, 120), s.resize(tail, 90, 120)]);
  const feature = s.conv(joined, 12, 3, relu);
  const gate = s.act(s.conv(s.conv(s.globalPool(feature), 12, 1, relu), 12, 1), 'sigmoid');
  const fused = s.add(s.mul(feature, gate), feature);
  return s.build(s.conv(s.resize(fused, 720, 960), 12, 1));
}

/** PSPNet (Zhao et al. 2017) on ResNet-101 with a deep stem. */
function pspnet() {
  const s = new Sketch('pspnet');
  // It answers for the image and for its mirror image.
  const image = s.image(473, 473);
  let x = s.conv(s.concat([image, image], 0), 64, 3, { stride: 2, ...relu });
  x = s.pool(s.conv(s.conv(x, 64, 3, relu), 128, 3, relu), 'Max', 3, 2, 1);
  for (const [stage, count] of [3, 4, 23, 3].entries()) {
    for (let block = 0; block < count; block += 1) {
      const stride = stage === 1 && block === 0 ? 2 : 1;
      x = bottleneck(s, x, 64 * 2 ** stage, 256 * 2 ** stage, {
        stride,
        dilation: stage < 2 ? 1 : stage === 2 ? 2 : 4,
      });
    }
  }
  const [, , high = 1, wide = 1] = x.shape;
  const pyramid = [1, 2, 3, 6].map((bins) => {
    const size = Math.floor(high / bins);
    return s.resize(s.conv(s.pool(x, 'Average', size, size), 512, 1, relu), high, wide);
  });
  const logits = s.conv(s.conv(s.concat([x, ...pyramid]), 512, 3, relu), 150, 1);
  return s.build(s.resize(logits, 473, 473));
}

/** DeepLabV3+ (Chen et al. 2018) on Xception-65, output stride 16. */
function deeplabXception() {
  const s = new Sketch('deeplab_xception');
  const separable = (x: Value, out: number, stride = 1, dilation = 1, act = true) =>
    s.conv(s.depthwise(x, 3, { stride, dilation, ...(act && relu) }), out, 1, act ? relu : {});
  const block = (
    x: Value,
    outs: readonly number[],
    stride: number,
    skip: 'conv' | 'sum' | 'none',
    dilation = 1,
  ) => {
    let y = x;
    for (const [at, out] of outs.entries())
      y = separable(s.act(y, 'relu'), out, at === 2 ? stride : 1, dilation, false);
    if (skip === 'none') return y;
    return s.add(y, skip === 'sum' ? x : s.conv(x, outs[2]!, 1, { stride }));
  };
  let x = s.conv(s.conv(s.image(480, 520), 32, 3, { stride: 2, ...relu }), 64, 3, relu);
  x = block(x, [128, 128, 128], 2, 'conv');
  x = block(x, [256, 256, 256], 2, 'conv');
  const low = x;
  x = block(x, [728, 728, 728], 2, 'conv');
  for (let at = 0; at < 16; at += 1) x = block(x, [728, 728, 728], 1, 'sum');
  x = block(x, [728, 1024, 1024], 1, 'conv');
  for (const out of [1536, 1536, 2048]) x = separable(x, out, 1, 2);
  const [, , high = 1, wide = 1] = x.shape;
  const pooled = s.resize(s.conv(s.globalPool(x), 256, 1, relu), high, wide);
  const aspp = s.concat([
    pooled,
    s.conv(x, 256, 1, relu),
    ...[6, 12, 18].map((rate) => separable(x, 256, 1, rate)),
  ]);
  const up = s.resize(s.conv(aspp, 256, 1, relu), low.shape[2]!, low.shape[3]!);
  const joined = s.concat([up, s.conv(low, 48, 1, relu)]);
  const logits = s.conv(separable(separable(joined, 256), 256), 21, 1);
  return s.build(argMax(s, s.resize(logits, 480, 520)));
}

/** HRNet (Sun et al. 2019): branches of several resolutions that exchange what they see. */
function hrnet(s: Sketch, image: Value, width: number, all = true): Value[] {
  let x = s.conv(s.conv(image, 64, 3, { stride: 2, ...relu }), 64, 3, { stride: 2, ...relu });
  for (let block = 0; block < 4; block += 1) x = bottleneck(s, x, 64, 256, { stride: 1 });
  let branches = [s.conv(x, width, 3, relu), s.conv(x, 2 * width, 3, { stride: 2, ...relu })];
  for (const [stage, modules] of [1, 4, 3].entries()) {
    if (stage > 0)
      branches.push(s.conv(branches.at(-1)!, width * 2 ** (stage + 1), 3, { stride: 2, ...relu }));
    for (let module = 0; module < modules; module += 1) {
      branches = exchange(
        s,
        branches.map((branch) => {
          let y = branch;
          for (let block = 0; block < 4; block += 1) y = basicBlock(s, y, y.shape[1]!, 1);
          return y;
        }),
        all || stage < 2 || module < 2,
      );
    }
  }
  return branches;
}

function exchange(s: Sketch, branches: readonly Value[], all: boolean): Value[] {
  return (all ? branches : branches.slice(0, 1)).map((to, i) => {
    const terms = branches.map((from, j) => {
      if (i === j) return from;
      if (j > i)
        return s.resize(s.conv(from, to.shape[1]!, 1), to.shape[2]!, to.shape[3]!, 'nearest');
      let y = from;
      for (let step = j; step < i; step += 1) {
        const last = step === i - 1;
        y = s.conv(y, last ? to.shape[1]! : from.shape[1]!, 3, {
          stride: 2,
          ...(last ? {} : relu),
        });
      }
      return y;
    });
    return s.act(
      terms.reduce((sum, term) => s.add(sum, term)),
      'relu',
    );
  });
}

function hrnetPose() {
  const s = new Sketch('hrnet_pose');
  return s.build(s.conv(hrnet(s, s.image(256, 192), 32, false)[0]!, 17, 1));
}

function hrnetFace() {
  const s = new Sketch('hrnet_face');
  const [first, ...rest] = hrnet(s, s.image(256, 256), 18) as [Value, ...Value[]];
  const joined = s.concat([first, ...rest.map((one) => s.resize(one, 64, 64))]);
  return s.build(s.conv(s.conv(joined, 270, 1, relu), 29, 1));
}

/** MiDaS v2.1 small (Ranftl et al. 2022): EfficientNet-Lite3 and a decoder of residual units. */
function midas() {
  const s = new Sketch('midas');
  let x = s.conv(s.image(256, 256), 32, 3, { stride: 2, act: 'relu6' });
  const taken: Value[] = [];
  const stages = [
    [1, 3, 1, 24, 1],
    [6, 3, 2, 32, 3],
    [6, 5, 2, 48, 3],
    [6, 3, 2, 96, 5],
    [6, 5, 1, 136, 5],
    [6, 5, 2, 232, 6],
    [6, 3, 1, 384, 1],
  ] as const;
  for (const [at, [expand, kernel, stride, out, count]] of stages.entries()) {
    for (let block = 0; block < count; block += 1) {
      const step = block === 0 ? stride : 1;
      const wide = expand === 1 ? x : s.conv(x, x.shape[1]! * expand, 1, { act: 'relu6' });
      const y = s.conv(s.depthwise(wide, kernel, { stride: step, act: 'relu6' }), out, 1);
      x = step === 1 && x.shape[1] === out ? s.add(x, y) : y;
    }
    if ([1, 2, 4, 6].includes(at)) taken.push(x);
  }
  const unit = (y: Value, width: number) =>
    s.add(y, s.conv(s.conv(s.act(y, 'relu'), width, 3, relu), width, 3));
  let path: Value | undefined;
  for (const [at, one] of [...taken.entries()].reverse()) {
    const width = 64 * 2 ** at;
    const y = s.conv(one, width, 3, { bias: false });
    const joined = unit(path === undefined ? y : s.add(path, unit(y, width)), width);
    path = s.conv(s.resize(joined, 2 * y.shape[2]!, 2 * y.shape[3]!), at === 0 ? 64 : width / 2, 1);
  }
  const large = s.resize(s.conv(path!, 32, 3), 256, 256);
  return s.build(s.act(s.conv(s.conv(large, 32, 3, relu), 1, 1), 'relu'));
}

/** CRAFT (Baek et al. 2019): VGG-16 and a U-shaped decoder. */
function craft() {
  const s = new Sketch('easyocr/EasyOCRDetector');
  let x = s.image(608, 800);
  const taken: Value[] = [];
  for (const [stage, [count, out]] of (
    [
      [2, 64],
      [2, 128],
      [3, 256],
      [3, 512],
      [2, 512],
    ] as const
  ).entries()) {
    if (stage > 0) x = s.pool(x, 'Max', 2, 2);
    for (let layer = 0; layer < count; layer += 1) x = s.conv(x, out, 3, relu);
    taken.push(x);
  }
  x = s.conv(s.conv(s.pool(x, 'Max', 3, 1, 1), 1024, 3, { dilation: 6 }), 1024, 1);
  for (const [at, [mid, out]] of (
    [
      [512, 256],
      [256, 128],
      [128, 64],
      [64, 32],
    ] as const
  ).entries()) {
    const skip = taken[4 - at]!;
    if (at > 0) x = s.resize(x, skip.shape[2]!, skip.shape[3]!);
    x = s.conv(s.conv(s.concat([x, skip]), mid, 1, relu), out, 3, relu);
  }
  for (const [out, kernel] of [
    [32, 3],
    [32, 3],
    [16, 3],
    [16, 1],
  ] as const)
    x = s.conv(x, out, kernel, relu);
  return s.build(s.transpose(s.conv(x, 2, 1), 0, 2, 3, 1));
}

/** The key encoder of XMem (Cheng and Schwing 2022): ResNet-50 up to a stride of 16. */
function xmemKey(id: string, shrinkage: boolean) {
  const s = new Sketch(id);
  const [quarter, eighth, sixteenth] = resnet(s, s.image(320, 576), { layers: [3, 4, 6] }) as [
    Value,
    Value,
    Value,
  ];
  const heads = [s.conv(sixteenth, 64, 3), s.act(s.conv(sixteenth, 64, 3), 'sigmoid')];
  if (shrinkage) heads.push(s.conv(sixteenth, 1, 3));
  return s.build(...heads, quarter, eighth, sixteenth);
}

/** SalsaNext (Cortinhal et al. 2020) on a lidar's range image. */
function salsanext() {
  const s = new Sketch('salsanext');
  const leaky = { act: 'leaky' } as const;
  const residual = (x: Value, out: number, context: boolean): Value => {
    if (context) {
      const skip = s.conv(x, out, 1, leaky);
      return s.add(skip, s.conv(s.conv(skip, out, 3, leaky), out, 3, { dilation: 2, ...leaky }));
    }
    const skip = s.conv(x, out, 1, leaky);
    const a = s.conv(x, out, 3, leaky);
    const b = s.conv(a, out, 3, { dilation: 2, ...leaky });
    const c = s.conv(b, out, 2, { dilation: 2, pad: 1, ...leaky });
    return s.add(skip, s.conv(s.concat([a, b, c]), out, 1, leaky));
  };
  let x = s.input(1, 5, 64, 2048);
  for (let at = 0; at < 3; at += 1) x = residual(x, 32, true);
  const skips: Value[] = [];
  for (const [out, pooled] of [
    [64, true],
    [128, true],
    [256, true],
    [256, true],
    [256, false],
  ] as const) {
    x = residual(x, out, false);
    if (!pooled) continue;
    skips.push(x);
    x = s.pool(x, 'Average', 3, 2, 1);
  }
  for (const out of [128, 128, 64, 32]) {
    const skip = skips.pop()!;
    const y = s.concat([s.depthToSpace(x, 2), skip]);
    const a = s.conv(y, out, 3, leaky);
    const b = s.conv(a, out, 3, { dilation: 2, ...leaky });
    const c = s.conv(b, out, 2, { dilation: 2, pad: 1, ...leaky });
    x = s.conv(s.concat([a, b, c]), out, 1, leaky);
  }
  return s.build(s.softmax(s.conv(x, 20, 1), 1));
}

/** MediaPipe's selfie segmentation, square. */
function selfie() {
  const s = new Sketch('mediapipe_selfie');
  const hard = { act: 'hardswish' } as const;
  const gate = (x: Value, squeezed: number) =>
    s.mul(
      x,
      s.conv(s.conv(s.globalPool(x), squeezed, 1, relu), x.shape[1]!, 1, { act: 'sigmoid' }),
    );
  const half = s.conv(s.input(1, 3, 256, 256), 16, 3, { stride: 2, ...hard });
  const quarter = s.conv(
    gate(s.depthwise(s.conv(half, 16, 1, relu), 3, { stride: 2, ...relu }), 8),
    16,
    1,
  );
  const eighth = s.conv(
    s.depthwise(s.conv(quarter, 72, 1, relu), 3, { stride: 2, ...relu }),
    24,
    1,
  );
  const same = s.add(eighth, s.conv(s.depthwise(s.conv(eighth, 88, 1, relu), 3, relu), 24, 1));
  let x = s.conv(
    gate(s.depthwise(s.conv(same, 96, 1, hard), 5, { stride: 2, ...hard }), 24),
    32,
    1,
  );
  for (const [wide, squeezed] of [
    [128, 32],
    [128, 32],
    [96, 24],
    [96, 24],
  ] as const) {
    x = s.add(x, s.conv(gate(s.depthwise(s.conv(x, wide, 1, hard), 5, hard), squeezed), 32, 1));
  }
  x = s.mul(s.conv(x, 128, 1, relu), s.conv(s.globalPool(x), 128, 1, { act: 'sigmoid' }));
  for (const skip of [same, quarter, half]) {
    const width = skip.shape[1]!;
    const up = s.conv(s.resize(x, skip.shape[2]!, skip.shape[3]!), width, 1);
    const pooled = s.globalPool(s.add(up, skip));
    const weight = s.conv(s.conv(pooled, width, 1, relu), width, 1, { act: 'sigmoid' });
    const y = s.conv(s.add(s.mul(skip, weight), up), width, 1, relu);
    x = s.add(y, s.depthwise(y, 3, relu));
  }
  return s.build(s.act(s.deconv(x, 1, 2, 2), 'sigmoid'));
}

const aiHub = 'AI Hub Models v0.46.1, info.yaml';

export const dense: readonly Architecture[] = [
  { id: 'fcn_resnet50', parameters: 33e6, source: aiHub, build: fcn },
  { id: 'unet_segmentation', parameters: 31e6, source: aiHub, build: unet },
  { id: 'ffnet_78s', parameters: 27.5e6, source: aiHub, build: ffnet },
  { id: 'bisenet', parameters: 12e6, source: aiHub, build: bisenet },
  { id: 'pspnet', parameters: 65.7e6, source: aiHub, build: pspnet },
  { id: 'deeplab_xception', parameters: 41.26e6, source: aiHub, build: deeplabXception },
  { id: 'hrnet_pose', family: 'hrnet', parameters: 28.5e6, source: aiHub, build: hrnetPose },
  { id: 'hrnet_face', family: 'hrnet', parameters: 9.68e6, source: aiHub, build: hrnetFace },
  { id: 'midas', parameters: 16.6e6, source: aiHub, build: midas },
  { id: 'easyocr/EasyOCRDetector', parameters: 20.8e6, source: aiHub, build: craft },
  {
    id: 'track_anything/TrackAnythingEncodeKeyWithShrinkage',
    family: 'xmem',
    parameters: 9.72e6,
    source: aiHub,
    build: () => xmemKey('xmem_key', true),
  },
  {
    id: 'track_anything/TrackAnythingEncodeKeyWithoutShrinkage',
    family: 'xmem',
    parameters: 9.71e6,
    source: aiHub,
    build: () => xmemKey('xmem_key_plain', false),
  },
  { id: 'salsanext', parameters: 6.71e6, source: aiHub, build: salsanext },
  { id: 'mediapipe_selfie', parameters: 106e3, source: aiHub, build: selfie },
];

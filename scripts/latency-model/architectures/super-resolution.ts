/** Networks that enlarge images, all on 128 × 128. */
import type { Architecture } from '../architecture.ts';
import { Sketch, type Value } from '../sketch.ts';

/** QuickSRNet (Berger et al. 2023): convolutions, then depth to space. */
function quickSrNet(name: string, width: number, layers: number, last: boolean) {
  const s = new Sketch(name);
  const image = s.input(1, 3, 128, 128);
  let x = s.conv(image, width, 3, { act: 'relu6' });
  for (let layer = 0; layer < layers; layer += 1) x = s.conv(x, width, 3, { act: 'relu6' });
  if (last) x = s.add(s.conv(x, 48, 3), s.conv(image, 48, 1, { bias: false }));
  else x = s.conv(x, 48, 3);
  return s.build(s.act(s.depthToSpace(x, 4), 'relu6'));
}

/** SESR-M5 (Bhardwaj et al. 2022) as AIMET's model zoo runs it: its linear blocks are not collapsed. */
function sesr() {
  const s = new Sketch('sesr_m5');
  const image = s.input(1, 3, 128, 128);
  const block = (x: Value, out: number, kernel: number) =>
    s.conv(s.conv(x, 256, kernel, { bias: false }), out, 1);
  const first = s.act(block(image, 16, 5), 'relu');
  let x = first;
  for (let layer = 0; layer < 5; layer += 1) x = s.act(s.add(block(x, 16, 3), x), 'relu');
  const anchor = s.conv(image, 48, 1);
  return s.build(s.depthToSpace(s.add(block(s.add(x, first), 48, 5), anchor), 4));
}

/** ESRGAN's RRDB network (Wang et al. 2018): 23 blocks of dense blocks. */
function rrdb(name: string) {
  const s = new Sketch(name);
  const leaky = { act: 'leaky' } as const;
  const first = s.conv(s.input(1, 3, 128, 128), 64, 3);
  const scaled = (x: Value) => s.mul(x, s.weight(1));
  const dense = (x: Value) => {
    const parts = [x];
    for (let layer = 0; layer < 4; layer += 1) {
      parts.push(s.conv(parts.length === 1 ? x : s.concat(parts), 32, 3, leaky));
    }
    return s.add(x, scaled(s.conv(s.concat(parts), 64, 3)));
  };
  let x = first;
  for (let block = 0; block < 23; block += 1) x = s.add(x, scaled(dense(dense(dense(x)))));
  x = s.add(first, s.conv(x, 64, 3));
  x = s.conv(s.resize(x, 256, 256, 'nearest'), 64, 3, leaky);
  x = s.conv(s.resize(x, 512, 512, 'nearest'), 64, 3, leaky);
  return s.build(s.conv(s.conv(x, 64, 3, leaky), 3, 3));
}

/** Real-ESRGAN general x4v3: 32 convolutions of 64 channels with PReLU. */
function srvgg() {
  const s = new Sketch('real_esrgan_general_x4v3');
  const image = s.input(1, 3, 128, 128);
  let x = s.conv(image, 64, 3, { act: 'prelu' });
  for (let layer = 0; layer < 32; layer += 1) x = s.conv(x, 64, 3, { act: 'prelu' });
  const large = s.depthToSpace(s.conv(x, 48, 3), 4);
  return s.build(s.add(large, s.resize(image, 512, 512, 'nearest')));
}

const aiHub = 'AI Hub Models v0.46.1, info.yaml';

export const superResolution: readonly Architecture[] = [
  {
    id: 'quicksrnetsmall',
    family: 'quicksrnet',
    parameters: 33.3e3,
    source: `${aiHub} (for a scale of 3)`,
    build: () => quickSrNet('quicksrnetsmall', 32, 2, false),
  },
  {
    id: 'quicksrnetlarge',
    family: 'quicksrnet',
    parameters: 436e3,
    source: `${aiHub} (for a scale of 3)`,
    build: () => quickSrNet('quicksrnetlarge', 64, 11, true),
  },
  {
    id: 'sesr_m5',
    parameters: 343e3,
    source: `${aiHub} (for a scale of 3)`,
    build: sesr,
  },
  { id: 'esrgan', family: 'rrdb', parameters: 16.7e6, source: aiHub, build: () => rrdb('esrgan') },
  {
    id: 'real_esrgan_x4plus',
    family: 'rrdb',
    parameters: 16.7e6,
    source: aiHub,
    build: () => rrdb('real_esrgan_x4plus'),
  },
  { id: 'real_esrgan_general_x4v3', parameters: 1.21e6, source: aiHub, build: srvgg },
];

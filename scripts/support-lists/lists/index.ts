import type { sources } from '../sources.ts';
import { cpu } from './cpu.ts';
import { coreml, nnapi, rknpu, tensorrt } from './from-notes.ts';
import type { Made, Material } from './material.ts';
import { openvino } from './openvino.ts';
import { qnn } from './qnn.ts';
import { edgetpu, ethosU } from './tflite.ts';
import { webgpu } from './webgpu.ts';
import { webnn } from './webnn.ts';

/** How each list is made. */
export const makers: Readonly<Record<keyof typeof sources, (material: Material) => Made>> = {
  coreml,
  cpu,
  edgetpu,
  'ethos-u': ethosU,
  nnapi,
  openvino,
  qnn,
  rknpu,
  tensorrt,
  webgpu,
  webnn,
};

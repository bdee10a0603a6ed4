import type { Correction } from './correction.ts';
import { cpu } from './cpu.ts';
import { qnn } from './qnn.ts';
import { webgpu } from './webgpu.ts';
import { webnn } from './webnn.ts';

export { type Correction, correct } from './correction.ts';

/** Corrections by provider. */
export const corrections: Readonly<Record<string, readonly Correction[]>> = {
  cpu,
  qnn,
  webgpu,
  webnn,
};

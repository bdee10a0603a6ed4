import type { sources } from '../sources.ts';
import { cpu } from './cpu.ts';
import type { Made, Material } from './material.ts';
import { webgpu } from './webgpu.ts';
import { webnn } from './webnn.ts';

/** How each list is made. */
export const makers: Readonly<Partial<Record<keyof typeof sources, (material: Material) => Made>>> =
  { cpu, webgpu, webnn };

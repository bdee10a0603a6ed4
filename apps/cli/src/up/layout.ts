import { join } from 'node:path';

/** Where everything of a fabric on one machine stands, below its one data directory. */
export interface Layout {
  readonly sample: string;
  readonly build: string;
  readonly keys: string;
  readonly hub: string;
  readonly edge: string;
  device(index: number): string;
}

export const layoutOf = (data: string): Layout => ({
  sample: join(data, 'sample'),
  build: join(data, 'build'),
  keys: join(data, 'keys'),
  hub: join(data, 'hub'),
  edge: join(data, 'edge'),
  device: (index) => join(data, `device-${index + 1}`),
});

/** The ports of a fabric whose hub listens on `first`; the others keep their distance to it. */
export interface Ports {
  readonly hub: number;
  readonly edge: number;
  readonly edgeInfer: number;
  device(index: number): number;
}

export const portsFrom = (first: number): Ports => ({
  hub: first,
  edge: first + 10,
  edgeInfer: first + 11,
  device: (index) => first + 20 + index,
});

/** The chips that the emulated devices take in turn. */
export const deviceTargets = ['flagship-2026', 'intel-lunar-lake', 'midrange-2021'] as const;

export const targetOf = (index: number): string => deviceTargets[index % deviceTargets.length]!;

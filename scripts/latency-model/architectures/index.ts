import type { Architecture } from '../architecture.ts';
import { blaze } from './blaze.ts';
import { branching } from './branching.ts';
import { dense } from './dense.ts';
import { detection } from './detection.ts';
import { residual } from './residual.ts';
import { sequences } from './sequences.ts';
import { superResolution } from './super-resolution.ts';
import { transformers } from './transformers.ts';

/** All public architectures that are built for the fit. */
export const architectures: readonly Architecture[] = [
  ...residual,
  ...branching,
  ...transformers,
  ...dense,
  ...detection,
  ...blaze,
  ...sequences,
  ...superResolution,
];

import type { Finding } from '../../finding.ts';

/** A shape for who waits, around the origin: colour alone would say nothing to some. */
export const shapes: Readonly<Record<Finding['sync'], string>> = {
  request: 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z',
  background: 'M-4 -4h8v8h-8z',
  batch: 'M0 -4.8l5 8.6h-10z',
  unknown:
    'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0zM-2.2 0a2.2 2.2 0 1 1 4.4 0a2.2 2.2 0 1 1 -4.4 0z',
};

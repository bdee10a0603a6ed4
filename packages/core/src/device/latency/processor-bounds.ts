// Written by scripts/latency-model/processor/validate.ts; do not edit.

/** Of estimates for processors: meant for nine in ten models, from seven measured on one; see docs/latency-processors.md. */
export const processorBounds = { low: 0.242, high: 3.75 } as const;

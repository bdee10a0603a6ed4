import type { Estimate } from '@selvedge/core/device';
import type { Model, Partitioning } from '@selvedge/onnx';
import type { Shapes } from './cost.ts';

/**
 * How a runtime divides a model on a unit of a target, for inputs of these shapes. Undefined where
 * nothing is known of what its provider takes.
 */
export type PartitionOf = (
  model: Model,
  unit: Estimate['unit'],
  shapes: Shapes,
) => Partitioning | undefined;

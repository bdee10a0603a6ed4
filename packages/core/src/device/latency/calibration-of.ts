import type { ComputeUnit } from '../profile.ts';
import type { Calibration } from './calibration.ts';
import { calibrations } from './calibrations.ts';

export { rooflineBounds } from './calibrations.ts';
export { knownNetworks } from './known-networks.ts';
export { processorBounds } from './processor-bounds.ts';

/** The calibration of a unit for a precision, where there is one. */
export function calibrationOf(
  { calibration }: Pick<ComputeUnit, 'calibration'>,
  precision: string,
): Calibration | undefined {
  if (calibration === undefined) return undefined;
  return calibrations.find((one) => one.id === calibration && one.precision === precision);
}

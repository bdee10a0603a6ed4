import type { Precision } from './precision.ts';

/** 8-bit weights and activations with ranges from a calibration set (QDQ form), as NPUs want it. */
export const int8: Precision = {
  id: 'int8',
  coupled: false,
  // One step of a quantised activation is 1/255 of its range; a sum that rounds to the next step
  // goes through the layers behind it.
  margin: { absolute: 2e-2, relative: 2e-2 },
  reads: ['calibration'],
  async make({ calibrated, convert }) {
    if (!calibrated) return { notes: [], skipped: needsCalibration };
    const calibration = await calibrated.calibration();
    if ('skipped' in calibration) return { notes: [], skipped: calibration.skipped };
    const { ranges, means, moments } = calibration;
    return convert({ pass: 'int8', ranges, options: { means, moments } });
  },
};

/** Ranges are measured or there are none: random inputs would give ranges of nothing. */
export const needsCalibration =
  'it needs to see activations: name samples as calibration in the blueprint, or with selvedge build --calibration';

export {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  defaultMethod,
} from './calibrate.ts';
export { type ObserveOptions, observeValues } from './observe-values.ts';
export { unlessHidden } from './unless-hidden.ts';

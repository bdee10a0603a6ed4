export { ChannelMeanCollector, type ChannelMeans, type MeanRequest } from './channel-means.ts';
export { chooseRange, type RangeMethod, type RangeOptions } from './choose-range.ts';
export { Histogram } from './histogram.ts';
export {
  addObservers,
  type Observation,
  type ObservedModel,
  type ValueObserver,
} from './observers.ts';
export { type Bits, coveredRange, hull, type Range, stepsOf } from './range.ts';
export { RangeCollector } from './range-collector.ts';

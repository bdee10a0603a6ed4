export { type InspectedValue, type Inspection, inspect, type TargetVerdict } from './inspect.ts';

export { type InspectedValue, type Inspection, inspect } from './inspect.ts';

export { observableMeans, observableValues } from './observable-values.ts';
export type { StaticOptions } from './options.ts';
export { prepareStatic } from './prepare.ts';
export { quantizeStatic } from './quantize-static.ts';

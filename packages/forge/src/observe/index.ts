export { evaluateWith } from './evaluate-with.ts';
export { type ObservedModel, observe } from './observe.ts';

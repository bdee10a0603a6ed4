export { type ObservedModel, observe } from './observe.ts';

export { decode } from './decode.ts';
export { type EncodeOptions, encode } from './encode.ts';
export { keepBeside, placeOf, type TensorPlace, type TensorStore } from './lazy-tensor.ts';
export { type Changes, edit, make } from './message.ts';
export type * from './messages.ts';
export { type Model, readModel, writeModel } from './model.ts';
export { concat } from './sink.ts';

export { isElementType, layoutOf, type NumericData } from './element-types.ts';
export {
  bfloat16Bits,
  bfloat16Value,
  float16Bits,
  float16Value,
  numberReader,
} from './element-values.ts';
export * from './port.ts';
export {
  elementCount,
  makeTensor,
  tensorBytes,
  tensorFault,
  tensorFromBytes,
  zeros,
} from './tensor.ts';
export { describeSpec, validateTensors } from './validate.ts';

export {
  byteLength,
  type DataTypeName,
  dataTypeName,
  dataTypes,
  isElementType,
} from './data-type.ts';
export { float16Max, fromFloat16, fromFloat16Bits, toFloat16, toFloat16Bits } from './float16.ts';
export {
  elementCount,
  floatValues,
  integerValues,
  isExternal,
  type TensorValues,
  tensorShape,
  tensorValues,
  typeOfTensor,
} from './values.ts';

export {
  byteLength,
  type DataTypeName,
  dataTypeName,
  dataTypes,
  isElementType,
} from './data-type.ts';
export { firstNotFinite } from './finite.ts';
export {
  float16Max,
  fromFloat16Array,
  fromFloat16Bits,
  toFloat16Array,
  toFloat16Bits,
} from './float16.ts';
export {
  checkTensor,
  elementCount,
  floatValues,
  integerValues,
  isExternal,
  type TensorValues,
  tensorShape,
  tensorValues,
  typeOfTensor,
} from './values.ts';

/** ONNX bytes to graph to bytes. Pure: runs in browsers, workers and Node alike. */
export * from './build/index.ts';
export {
  byteLength,
  type DataTypeName,
  dataTypeName,
  dataTypes,
  isElementType,
} from './tensor/data-type.ts';
export * from './wire/index.ts';

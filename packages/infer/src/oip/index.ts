export { inferenceHeaderLength, joinBody, splitBody } from './binary-body.ts';
export { fromDatatype, toDatatype } from './datatypes.ts';
export { decodeOipError, encodeOipError } from './error.ts';
export {
  decodeInferRequest,
  decodeInferResponse,
  encodeInferRequest,
  encodeInferResponse,
  type InferRequest,
  type InferResponse,
  wantedOutputs,
} from './infer.ts';
export { toJsonData } from './json-data.ts';
export {
  decodeModelMetadata,
  encodeModelMetadata,
  encodeServerMetadata,
  type ModelMetadata,
  onnxPlatform,
} from './metadata.ts';
export { parameterNames } from './parameter-names.ts';
export type { OipBody, OipParameters } from './tensors.ts';

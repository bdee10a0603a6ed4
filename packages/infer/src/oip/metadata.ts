/** `GET v2`, `GET v2/models/<name>`: what a server and a model say of themselves. */
import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import { fromDatatype, toDatatype } from './datatypes.ts';
import { asObject } from './tensors.ts';

export interface ModelMetadata {
  readonly name: string;
  readonly versions?: readonly string[];
  /** `<project>_<format>`, e.g. `onnx_onnxv1`. */
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** The platform word of an ONNX model. */
export const onnxPlatform = 'onnx_onnxv1';

export function encodeServerMetadata(name: string, version: string): Record<string, unknown> {
  return { name, version, extensions: ['binary_tensor_data'] };
}

export function encodeModelMetadata(metadata: ModelMetadata): Record<string, unknown> {
  const { name, versions, platform, inputs, outputs } = metadata;
  return {
    name,
    ...(versions ? { versions } : {}),
    platform,
    inputs: inputs.map(encodeSpec),
    outputs: outputs.map(encodeSpec),
  };
}

/** @throws SelvedgeError `bad-upstream` */
export function decodeModelMetadata(json: unknown): ModelMetadata {
  const { name, versions, platform, inputs, outputs } = asObject(
    json,
    'the metadata',
    'bad-upstream',
  );
  if (typeof name !== 'string') fail('bad-upstream', 'the metadata has no "name"');
  const isVersions = Array.isArray(versions) && versions.every((one) => typeof one === 'string');
  return {
    name,
    ...(isVersions ? { versions } : {}),
    platform: typeof platform === 'string' ? platform : '',
    inputs: decodeSpecs(inputs, 'inputs'),
    outputs: decodeSpecs(outputs, 'outputs'),
  };
}

/** A free dimension is −1 on the wire; its name does not travel. */
const encodeSpec = ({ name, type, shape }: TensorSpec) => ({
  name,
  datatype: toDatatype(type),
  shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
});

function decodeSpecs(list: unknown, field: string): TensorSpec[] {
  if (!Array.isArray(list)) fail('bad-upstream', `the metadata's "${field}" is not a list`);
  return list.map((item, index) => {
    const at = `the metadata's ${field}.${index}`;
    const { name, datatype, shape } = asObject(item, at, 'bad-upstream');
    const type = fromDatatype(datatype);
    if (typeof name !== 'string' || !type || !Array.isArray(shape)) {
      return fail('bad-upstream', `${at} lacks a name, a known datatype or a shape`);
    }
    const sizes = shape.map((size) => (Number.isSafeInteger(size) && size >= 0 ? size : null));
    return { name, type, shape: sizes };
  });
}

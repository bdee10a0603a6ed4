/**
 * `POST v2/models/<name>[/versions/<v>]/infer` of the Open Inference Protocol, v2 REST
 * (github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md).
 */
import { fail } from '@selvedge/core/errors';
import type { Tensors } from '../engine/index.ts';
import { refuseUnknownParameters } from './known-parameters.ts';
import {
  asObject,
  decodeParameters,
  decodeTensors,
  encodeTensors,
  type OipBody,
  type OipParameters,
  type Side,
} from './tensors.ts';

export interface InferRequest {
  readonly inputs: Tensors;
  readonly id?: string;
  readonly parameters?: OipParameters;
  /** Names of the outputs that are wanted; absent means all. */
  readonly outputs?: readonly string[];
  /** Under the binary data extension: the answer's tensors should come as bytes. */
  readonly binaryOutput?: boolean;
}

export interface InferResponse {
  readonly model: string;
  readonly version?: string;
  readonly id?: string;
  readonly parameters?: OipParameters;
  readonly outputs: Tensors;
}

const request: Side = { code: 'bad-input', what: 'input' };
const response: Side = { code: 'bad-upstream', what: 'output' };
const nothing: Uint8Array = new Uint8Array();

/** `binary` sends tensors as bytes behind the JSON, and asks for the same back. */
export function encodeInferRequest(message: InferRequest, binary = false): OipBody {
  const { id, outputs } = message;
  const parameters = { ...message.parameters, ...(binary ? { binary_data_output: true } : {}) };
  const tensors = encodeTensors(message.inputs, binary);
  const json = {
    ...(id === undefined ? {} : { id }),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    inputs: tensors.list,
    ...(outputs ? { outputs: outputs.map((name) => ({ name })) } : {}),
  };
  return { json, binary: tensors.binary };
}

/**
 * @param json the parsed body, or its JSON part; `tail` what follows it ({@link splitBody}).
 * @throws SelvedgeError `bad-input` naming the part that is wrong.
 */
export function decodeInferRequest(json: unknown, tail = nothing): InferRequest {
  const body = asObject(json, 'the request', 'bad-input');
  const { binary_data_output: binaryOutput, ...parameters } = decodeParameters(
    body.parameters,
    'bad-input',
  );
  refuseUnknownParameters(parameters, body);
  if (body.id !== undefined && typeof body.id !== 'string') fail('bad-input', '"id" is no string');
  return {
    inputs: decodeTensors(body.inputs, tail, request),
    ...(body.id === undefined ? {} : { id: body.id as string }),
    parameters,
    ...(body.outputs === undefined ? {} : { outputs: outputNames(body.outputs) }),
    binaryOutput: binaryOutput === true,
  };
}

function outputNames(list: unknown): string[] {
  if (!Array.isArray(list)) fail('bad-input', '"outputs" is not a list');
  return list.map((item, index) => {
    const { name } = asObject(item, `output ${index}`, 'bad-input');
    return typeof name === 'string' ? name : fail('bad-input', `output ${index} has no name`);
  });
}

/**
 * The outputs that a request wants, in its order.
 *
 * @throws SelvedgeError `bad-input` for a name the model does not give.
 */
export function wantedOutputs(outputs: Tensors, wanted: readonly string[] | undefined): Tensors {
  if (!wanted) return outputs;
  const picked = wanted.map((name) => {
    const tensor = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    return [name, tensor ?? fail('bad-input', `output "${name}": the model does not give it`)];
  });
  return Object.fromEntries(picked);
}

export function encodeInferResponse(message: InferResponse, binary = false): OipBody {
  const { model, version, id, parameters, outputs } = message;
  const tensors = encodeTensors(outputs, binary);
  const json = {
    model_name: model,
    ...(version === undefined ? {} : { model_version: version }),
    ...(id === undefined ? {} : { id }),
    ...(parameters === undefined ? {} : { parameters }),
    outputs: tensors.list,
  };
  return { json, binary: tensors.binary };
}

/** @throws SelvedgeError `bad-upstream` naming the part that is wrong. */
export function decodeInferResponse(json: unknown, tail = nothing): InferResponse {
  const body = asObject(json, 'the answer', 'bad-upstream');
  const { model_name: model, model_version: version, id } = body;
  if (typeof model !== 'string') fail('bad-upstream', 'the answer has no "model_name"');
  return {
    model,
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof id === 'string' ? { id } : {}),
    parameters: decodeParameters(body.parameters, 'bad-upstream'),
    outputs: decodeTensors(body.outputs, tail, response),
  };
}

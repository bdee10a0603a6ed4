/**
 * The field tables of onnx.proto (onnx/onnx v1.21, IR 13): name, number, kind. The decoder and the
 * encoder know nothing else about ONNX.
 */
import type { Messages } from './messages.ts';

/** What stands in a field. `*Data`: a packed run of numbers kept as bytes, never unpacked on reading. */
export type ScalarKind =
  | 'string'
  | 'bytes'
  | 'int32'
  | 'int64'
  | 'float'
  | 'floatData'
  | 'doubleData'
  | 'varintData';

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly kind: ScalarKind | 'message';
  readonly many: boolean;
  /** Present where `kind` is `message`. */
  readonly schema?: Schema;
  /** The wire type that one value has when it is not packed (protobuf encoding, "Message Structure"). */
  readonly wire: number;
  /** Whether a length-delimited record of this field is a packed run of numbers. */
  readonly packable: boolean;
  /** Whether the value is the packed bytes themselves. */
  readonly payload: boolean;
}

export interface Schema {
  readonly name: keyof Messages;
  /** Ascending by number. */
  readonly fields: readonly Field[];
  /** By number; holes where ONNX has no field. */
  readonly byNumber: readonly (Field | undefined)[];
  readonly repeated: readonly string[];
}

type Spec = readonly [number: number, kind: ScalarKind | keyof Messages, many?: 'many'];
type Table = {
  [M in keyof Messages]: { [F in Exclude<keyof Messages[M], 'unknownFields'>]-?: Spec };
};

const table: Table = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    domain: [4, 'string'],
    modelVersion: [5, 'int64'],
    docString: [6, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'many'],
    metadataProps: [14, 'StringStringEntryProto', 'many'],
    trainingInfo: [20, 'TrainingInfoProto', 'many'],
    functions: [25, 'FunctionProto', 'many'],
    configuration: [26, 'DeviceConfigurationProto', 'many'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'many'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'many'],
    docString: [10, 'string'],
    input: [11, 'ValueInfoProto', 'many'],
    output: [12, 'ValueInfoProto', 'many'],
    valueInfo: [13, 'ValueInfoProto', 'many'],
    quantizationAnnotation: [14, 'TensorAnnotation', 'many'],
    sparseInitializer: [15, 'SparseTensorProto', 'many'],
    metadataProps: [16, 'StringStringEntryProto', 'many'],
  },
  NodeProto: {
    input: [1, 'string', 'many'],
    output: [2, 'string', 'many'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'many'],
    docString: [6, 'string'],
    domain: [7, 'string'],
    overload: [8, 'string'],
    metadataProps: [9, 'StringStringEntryProto', 'many'],
    deviceConfigurations: [10, 'NodeDeviceConfigurationProto', 'many'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'TensorProto'],
    g: [6, 'GraphProto'],
    floats: [7, 'float', 'many'],
    ints: [8, 'int64', 'many'],
    strings: [9, 'bytes', 'many'],
    tensors: [10, 'TensorProto', 'many'],
    graphs: [11, 'GraphProto', 'many'],
    docString: [13, 'string'],
    tp: [14, 'TypeProto'],
    typeProtos: [15, 'TypeProto', 'many'],
    type: [20, 'int32'],
    refAttrName: [21, 'string'],
    sparseTensor: [22, 'SparseTensorProto'],
    sparseTensors: [23, 'SparseTensorProto', 'many'],
  },
  TensorProto: {
    dims: [1, 'int64', 'many'],
    dataType: [2, 'int32'],
    segment: [3, 'Segment'],
    floatData: [4, 'floatData'],
    int32Data: [5, 'varintData'],
    stringData: [6, 'bytes', 'many'],
    int64Data: [7, 'varintData'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'doubleData'],
    uint64Data: [11, 'varintData'],
    docString: [12, 'string'],
    externalData: [13, 'StringStringEntryProto', 'many'],
    dataLocation: [14, 'int32'],
    metadataProps: [16, 'StringStringEntryProto', 'many'],
  },
  Segment: { begin: [1, 'int64'], end: [2, 'int64'] },
  SparseTensorProto: {
    values: [1, 'TensorProto'],
    indices: [2, 'TensorProto'],
    dims: [3, 'int64', 'many'],
  },
  ValueInfoProto: {
    name: [1, 'string'],
    type: [2, 'TypeProto'],
    docString: [3, 'string'],
    metadataProps: [4, 'StringStringEntryProto', 'many'],
  },
  TypeProto: {
    tensorType: [1, 'TensorTypeProto'],
    sequenceType: [4, 'ElementTypeProto'],
    mapType: [5, 'MapTypeProto'],
    denotation: [6, 'string'],
    opaqueType: [7, 'OpaqueTypeProto'],
    sparseTensorType: [8, 'TensorTypeProto'],
    optionalType: [9, 'ElementTypeProto'],
  },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  ElementTypeProto: { elemType: [1, 'TypeProto'] },
  MapTypeProto: { keyType: [1, 'int32'], valueType: [2, 'TypeProto'] },
  OpaqueTypeProto: { domain: [1, 'string'], name: [2, 'string'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'many'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'], denotation: [3, 'string'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  TensorAnnotation: {
    tensorName: [1, 'string'],
    quantParameterTensorNames: [2, 'StringStringEntryProto', 'many'],
  },
  FunctionProto: {
    name: [1, 'string'],
    input: [4, 'string', 'many'],
    output: [5, 'string', 'many'],
    attribute: [6, 'string', 'many'],
    node: [7, 'NodeProto', 'many'],
    docString: [8, 'string'],
    opsetImport: [9, 'OperatorSetIdProto', 'many'],
    domain: [10, 'string'],
    attributeProto: [11, 'AttributeProto', 'many'],
    valueInfo: [12, 'ValueInfoProto', 'many'],
    overload: [13, 'string'],
    metadataProps: [14, 'StringStringEntryProto', 'many'],
  },
  TrainingInfoProto: {
    initialization: [1, 'GraphProto'],
    algorithm: [2, 'GraphProto'],
    initializationBinding: [3, 'StringStringEntryProto', 'many'],
    updateBinding: [4, 'StringStringEntryProto', 'many'],
  },
  DeviceConfigurationProto: {
    name: [1, 'string'],
    numDevices: [2, 'int32'],
    device: [3, 'string', 'many'],
  },
  NodeDeviceConfigurationProto: {
    configurationId: [1, 'string'],
    shardingSpec: [2, 'ShardingSpecProto', 'many'],
    pipelineStage: [3, 'int32'],
  },
  ShardingSpecProto: {
    tensorName: [1, 'string'],
    device: [2, 'int64', 'many'],
    indexToDeviceGroupMap: [3, 'IntIntListEntryProto', 'many'],
    shardedDim: [4, 'ShardedDimProto', 'many'],
  },
  IntIntListEntryProto: { key: [1, 'int64'], value: [2, 'int64', 'many'] },
  ShardedDimProto: { axis: [1, 'int64'], simpleSharding: [2, 'SimpleShardedDimProto', 'many'] },
  SimpleShardedDimProto: {
    dimValue: [1, 'int64'],
    dimParam: [2, 'string'],
    numShards: [3, 'int64'],
  },
};

const wireTypes: Record<ScalarKind | 'message', number> = {
  int32: 0,
  int64: 0,
  varintData: 0,
  doubleData: 1,
  string: 2,
  bytes: 2,
  message: 2,
  float: 5,
  floatData: 5,
};

/** All field tables by message name. */
export const schemas: Readonly<Record<keyof Messages, Schema>> = link();

function link(): Record<keyof Messages, Schema> {
  const names = Object.keys(table) as (keyof Messages)[];
  const linked = {} as Record<keyof Messages, Schema & { fields: Field[]; byNumber: Field[] }>;
  for (const name of names) linked[name] = { name, fields: [], byNumber: [], repeated: [] };
  for (const name of names) {
    const schema = linked[name];
    for (const [field, spec] of Object.entries(table[name]))
      schema.fields.push(toField(field, spec, linked));
    schema.fields.sort((a, b) => a.number - b.number);
    for (const field of schema.fields) schema.byNumber[field.number] = field;
    const repeated = schema.fields.filter((field) => field.many).map((field) => field.name);
    Object.assign(schema, { repeated });
  }
  return linked;
}

function toField(name: string, [number, kind, many]: Spec, linked: Record<string, Schema>): Field {
  const schema = linked[kind];
  const scalar = schema ? 'message' : (kind as ScalarKind);
  const payload = scalar.endsWith('Data');
  return {
    name,
    number,
    kind: scalar,
    many: many === 'many',
    wire: wireTypes[scalar],
    payload,
    packable: payload || (many === 'many' && wireTypes[scalar] !== 2),
    ...(schema && { schema }),
  };
}

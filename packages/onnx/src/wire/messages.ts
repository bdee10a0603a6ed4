/**
 * ONNX's messages as this package holds them: onnx.proto (onnx/onnx v1.21, IR 13), with camelCase
 * names. Trees are immutable: change one with `edit` (message.ts), never in place, because a
 * message that was read keeps the bytes it came from and is written back as them.
 */

/** A 64-bit integer: a number where it is a safe integer, a bigint where it is not. */
export type Int64 = number | bigint;

/** A record this version does not know, kept as it stood on the wire, tag included. */
export type UnknownField = Uint8Array;

export interface Message {
  readonly unknownFields?: readonly UnknownField[];
}

export interface ModelProto extends Message {
  readonly irVersion?: Int64;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: Int64;
  readonly docString?: string;
  readonly graph?: GraphProto;
  readonly metadataProps: readonly StringStringEntryProto[];
  readonly trainingInfo: readonly TrainingInfoProto[];
  readonly functions: readonly FunctionProto[];
  readonly configuration: readonly DeviceConfigurationProto[];
}

export interface OperatorSetIdProto extends Message {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface GraphProto extends Message {
  readonly node: readonly NodeProto[];
  readonly name?: string;
  readonly initializer: readonly TensorProto[];
  readonly sparseInitializer: readonly SparseTensorProto[];
  readonly docString?: string;
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
  readonly quantizationAnnotation: readonly TensorAnnotation[];
  readonly metadataProps: readonly StringStringEntryProto[];
}

export interface NodeProto extends Message {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attribute: readonly AttributeProto[];
  readonly docString?: string;
  readonly metadataProps: readonly StringStringEntryProto[];
  readonly deviceConfigurations: readonly NodeDeviceConfigurationProto[];
}

export interface AttributeProto extends Message {
  readonly name?: string;
  readonly refAttrName?: string;
  readonly docString?: string;
  /** One of `attributeTypes` (build/make.ts). */
  readonly type?: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly sparseTensor?: SparseTensorProto;
  readonly tp?: TypeProto;
  readonly floats: readonly number[];
  readonly ints: readonly Int64[];
  readonly strings: readonly Uint8Array[];
  readonly tensors: readonly TensorProto[];
  readonly graphs: readonly GraphProto[];
  readonly sparseTensors: readonly SparseTensorProto[];
  readonly typeProtos: readonly TypeProto[];
}

export interface TensorProto extends Message {
  readonly dims: readonly Int64[];
  /** A data type's number, see data-type.ts. */
  readonly dataType?: number;
  readonly segment?: Segment;
  /** Packed as on the wire: little-endian float32. A view of the file. */
  readonly floatData?: Uint8Array;
  /** Packed as on the wire: one varint per element. A view of the file. */
  readonly int32Data?: Uint8Array;
  readonly stringData: readonly Uint8Array[];
  /** Packed as on the wire: one varint per element. A view of the file. */
  readonly int64Data?: Uint8Array;
  readonly name?: string;
  readonly docString?: string;
  /** Little-endian elements, row-major. A view of the file. */
  readonly rawData?: Uint8Array;
  readonly externalData: readonly StringStringEntryProto[];
  /** 0 in this file, 1 in an external one. */
  readonly dataLocation?: number;
  /** Packed as on the wire: little-endian float64. A view of the file. */
  readonly doubleData?: Uint8Array;
  /** Packed as on the wire: one varint per element. A view of the file. */
  readonly uint64Data?: Uint8Array;
  readonly metadataProps: readonly StringStringEntryProto[];
}

export interface Segment extends Message {
  readonly begin?: Int64;
  readonly end?: Int64;
}

export interface SparseTensorProto extends Message {
  readonly values?: TensorProto;
  readonly indices?: TensorProto;
  readonly dims: readonly Int64[];
}

export interface ValueInfoProto extends Message {
  readonly name?: string;
  readonly type?: TypeProto;
  readonly docString?: string;
  readonly metadataProps: readonly StringStringEntryProto[];
}

export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto;
  readonly sequenceType?: ElementTypeProto;
  readonly mapType?: MapTypeProto;
  readonly optionalType?: ElementTypeProto;
  readonly sparseTensorType?: TensorTypeProto;
  readonly opaqueType?: OpaqueTypeProto;
  readonly denotation?: string;
}

/** `TypeProto.Tensor` and `TypeProto.SparseTensor`. */
export interface TensorTypeProto extends Message {
  readonly elemType?: number;
  readonly shape?: TensorShapeProto;
}

/** `TypeProto.Sequence` and `TypeProto.Optional`. */
export interface ElementTypeProto extends Message {
  readonly elemType?: TypeProto;
}

export interface MapTypeProto extends Message {
  readonly keyType?: number;
  readonly valueType?: TypeProto;
}

export interface OpaqueTypeProto extends Message {
  readonly domain?: string;
  readonly name?: string;
}

export interface TensorShapeProto extends Message {
  readonly dim: readonly DimensionProto[];
}

export interface DimensionProto extends Message {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  readonly denotation?: string;
}

export interface StringStringEntryProto extends Message {
  readonly key?: string;
  readonly value?: string;
}

export interface TensorAnnotation extends Message {
  readonly tensorName?: string;
  readonly quantParameterTensorNames: readonly StringStringEntryProto[];
}

export interface FunctionProto extends Message {
  readonly name?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly string[];
  readonly attributeProto: readonly AttributeProto[];
  readonly node: readonly NodeProto[];
  readonly docString?: string;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly domain?: string;
  readonly overload?: string;
  readonly valueInfo: readonly ValueInfoProto[];
  readonly metadataProps: readonly StringStringEntryProto[];
}

export interface TrainingInfoProto extends Message {
  readonly initialization?: GraphProto;
  readonly algorithm?: GraphProto;
  readonly initializationBinding: readonly StringStringEntryProto[];
  readonly updateBinding: readonly StringStringEntryProto[];
}

export interface DeviceConfigurationProto extends Message {
  readonly name?: string;
  readonly numDevices?: number;
  readonly device: readonly string[];
}

export interface NodeDeviceConfigurationProto extends Message {
  readonly configurationId?: string;
  readonly shardingSpec: readonly ShardingSpecProto[];
  readonly pipelineStage?: number;
}

export interface ShardingSpecProto extends Message {
  readonly tensorName?: string;
  readonly device: readonly Int64[];
  readonly indexToDeviceGroupMap: readonly IntIntListEntryProto[];
  readonly shardedDim: readonly ShardedDimProto[];
}

export interface IntIntListEntryProto extends Message {
  readonly key?: Int64;
  readonly value: readonly Int64[];
}

export interface ShardedDimProto extends Message {
  readonly axis?: Int64;
  readonly simpleSharding: readonly SimpleShardedDimProto[];
}

export interface SimpleShardedDimProto extends Message {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  readonly numShards?: Int64;
}

/** Every message by the name of its field table. */
export interface Messages {
  ModelProto: ModelProto;
  OperatorSetIdProto: OperatorSetIdProto;
  GraphProto: GraphProto;
  NodeProto: NodeProto;
  AttributeProto: AttributeProto;
  TensorProto: TensorProto;
  Segment: Segment;
  SparseTensorProto: SparseTensorProto;
  ValueInfoProto: ValueInfoProto;
  TypeProto: TypeProto;
  TensorTypeProto: TensorTypeProto;
  ElementTypeProto: ElementTypeProto;
  MapTypeProto: MapTypeProto;
  OpaqueTypeProto: OpaqueTypeProto;
  TensorShapeProto: TensorShapeProto;
  DimensionProto: DimensionProto;
  StringStringEntryProto: StringStringEntryProto;
  TensorAnnotation: TensorAnnotation;
  FunctionProto: FunctionProto;
  TrainingInfoProto: TrainingInfoProto;
  DeviceConfigurationProto: DeviceConfigurationProto;
  NodeDeviceConfigurationProto: NodeDeviceConfigurationProto;
  ShardingSpecProto: ShardingSpecProto;
  IntIntListEntryProto: IntIntListEntryProto;
  ShardedDimProto: ShardedDimProto;
  SimpleShardedDimProto: SimpleShardedDimProto;
}

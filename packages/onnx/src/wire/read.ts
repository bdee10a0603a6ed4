import type { Layout } from './layout.ts';
import type { Messages } from './messages.ts';

/** The empty list of every repeated field that has no values. */
export const none: readonly never[] = Object.freeze([]);

/**
 * A message that was read, or changed from one that was. Its fields are ordinary properties; what
 * writing needs besides (the bytes it came from, the wire form) is private, so that a spread copy
 * is a plain new message.
 */
export class Read {
  #file: Uint8Array | undefined;
  #start: number;
  #end: number;
  #layout: Layout | undefined;

  /** Its bytes are `file[start, end)`; without a file it has none. */
  constructor(file?: Uint8Array, start = 0, end = 0) {
    this.#file = file;
    this.#start = start;
    this.#end = end;
    this.#layout = undefined;
  }

  static setLayout(message: Read, layout: Layout): void {
    message.#layout = layout;
  }

  static layout(message: object): Layout | undefined {
    return #layout in message ? message.#layout : undefined;
  }

  static original(message: object): Uint8Array | undefined {
    if (!(#file in message) || message.#file === undefined) return undefined;
    return message.#file.subarray(message.#start, message.#end);
  }
}

/** A TensorProto of the form that `readTensor` reads, all fields at once. */
export class PlainTensor extends Read {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly stringData = none;
  readonly name: string;
  readonly rawData: Uint8Array;
  readonly externalData = none;
  readonly metadataProps = none;

  constructor(
    place: { file: Uint8Array; start: number; end: number },
    fields: { dims: readonly number[]; dataType: number; name: string; rawData: Uint8Array },
  ) {
    super(place.file, place.start, place.end);
    this.dims = fields.dims;
    this.dataType = fields.dataType;
    this.name = fields.name;
    this.rawData = fields.rawData;
  }
}

/**
 * A class for each message, which differ in their repeated fields only. Objects of one class share
 * a shape from the start, which makes reading some three times faster than adding the fields.
 */
export const readers: Readonly<Record<keyof Messages, typeof Read>> = {
  ModelProto: class extends Read {
    opsetImport = none;
    metadataProps = none;
    trainingInfo = none;
    functions = none;
    configuration = none;
  },
  OperatorSetIdProto: class extends Read {},
  GraphProto: class extends Read {
    node = none;
    initializer = none;
    sparseInitializer = none;
    input = none;
    output = none;
    valueInfo = none;
    quantizationAnnotation = none;
    metadataProps = none;
  },
  NodeProto: class extends Read {
    input = none;
    output = none;
    attribute = none;
    metadataProps = none;
    deviceConfigurations = none;
  },
  AttributeProto: class extends Read {
    floats = none;
    ints = none;
    strings = none;
    tensors = none;
    graphs = none;
    sparseTensors = none;
    typeProtos = none;
  },
  TensorProto: class extends Read {
    dims = none;
    stringData = none;
    externalData = none;
    metadataProps = none;
  },
  Segment: class extends Read {},
  SparseTensorProto: class extends Read {
    dims = none;
  },
  ValueInfoProto: class extends Read {
    metadataProps = none;
  },
  TypeProto: class extends Read {},
  TensorTypeProto: class extends Read {},
  ElementTypeProto: class extends Read {},
  MapTypeProto: class extends Read {},
  OpaqueTypeProto: class extends Read {},
  TensorShapeProto: class extends Read {
    dim = none;
  },
  DimensionProto: class extends Read {},
  StringStringEntryProto: class extends Read {},
  TensorAnnotation: class extends Read {
    quantParameterTensorNames = none;
  },
  FunctionProto: class extends Read {
    input = none;
    output = none;
    attribute = none;
    attributeProto = none;
    node = none;
    opsetImport = none;
    valueInfo = none;
    metadataProps = none;
  },
  TrainingInfoProto: class extends Read {
    initializationBinding = none;
    updateBinding = none;
  },
  DeviceConfigurationProto: class extends Read {
    device = none;
  },
  NodeDeviceConfigurationProto: class extends Read {
    shardingSpec = none;
  },
  ShardingSpecProto: class extends Read {
    device = none;
    indexToDeviceGroupMap = none;
    shardedDim = none;
  },
  IntIntListEntryProto: class extends Read {
    value = none;
  },
  ShardedDimProto: class extends Read {
    simpleSharding = none;
  },
  SimpleShardedDimProto: class extends Read {},
};

/** The codec's peer, protobufjs, and how the two are timed against each other. */
import protobuf from 'protobufjs';

/**
 * The messages of onnx.proto that stand in these models, with all their fields. protobufjs writes a
 * decoder and an encoder for each type when it is first used: the same code as its static modules.
 */
export function peerType(): protobuf.Type {
  const source = `
    syntax = "proto2";
    message StringStringEntryProto { optional string key = 1; optional string value = 2; }
    message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
    message TensorProto {
      repeated int64 dims = 1;
      optional int32 data_type = 2;
      repeated float float_data = 4 [packed = true];
      repeated int32 int32_data = 5 [packed = true];
      repeated bytes string_data = 6;
      repeated int64 int64_data = 7 [packed = true];
      optional string name = 8;
      optional bytes raw_data = 9;
      repeated double double_data = 10 [packed = true];
      repeated uint64 uint64_data = 11 [packed = true];
      optional string doc_string = 12;
      repeated StringStringEntryProto external_data = 13;
      optional int32 data_location = 14;
      repeated StringStringEntryProto metadata_props = 16;
    }
    message AttributeProto {
      optional string name = 1;
      optional float f = 2;
      optional int64 i = 3;
      optional bytes s = 4;
      optional TensorProto t = 5;
      optional GraphProto g = 6;
      repeated float floats = 7;
      repeated int64 ints = 8;
      repeated bytes strings = 9;
      repeated TensorProto tensors = 10;
      repeated GraphProto graphs = 11;
      optional string doc_string = 13;
      optional int32 type = 20;
      optional string ref_attr_name = 21;
    }
    message NodeProto {
      repeated string input = 1;
      repeated string output = 2;
      optional string name = 3;
      optional string op_type = 4;
      repeated AttributeProto attribute = 5;
      optional string doc_string = 6;
      optional string domain = 7;
      optional string overload = 8;
      repeated StringStringEntryProto metadata_props = 9;
    }
    message GraphProto {
      repeated NodeProto node = 1;
      optional string name = 2;
      repeated TensorProto initializer = 5;
      optional string doc_string = 10;
      repeated StringStringEntryProto metadata_props = 16;
    }
    message ModelProto {
      optional int64 ir_version = 1;
      optional string producer_name = 2;
      optional string producer_version = 3;
      optional string domain = 4;
      optional int64 model_version = 5;
      optional string doc_string = 6;
      optional GraphProto graph = 7;
      repeated OperatorSetIdProto opset_import = 8;
      repeated StringStringEntryProto metadata_props = 14;
    }`;
  return protobuf.parse(source).root.lookupType('ModelProto');
}

/**
 * Alternates the two, so that a change of the machine's mood meets both, and takes medians of the
 * second half, when both are compiled.
 */
export function timeBoth(
  own: () => unknown,
  peer: () => unknown,
  rounds: number,
): { ownMs: number; peerMs: number } {
  const ownTimes: number[] = [];
  const peerTimes: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    ownTimes.push(time(own, rounds));
    peerTimes.push(time(peer, rounds));
  }
  return { ownMs: median(ownTimes.slice(rounds)), peerMs: median(peerTimes.slice(rounds)) };
}

export const times = (run: () => unknown, rounds: number): number[] =>
  Array.from({ length: rounds }, () => time(run, rounds));

/** Without the garbage of earlier rounds, where a run makes much of it. */
function time(run: () => unknown, rounds: number): number {
  if (rounds < 100) (globalThis as { gc?: () => void }).gc?.();
  const start = performance.now();
  run();
  return performance.now() - start;
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;

/**
 * Reads and writes a 100 MiB model of 1 MiB tensors with the wire codec and with protobufjs
 * (reflection on the same fields; its generated decoders), in the same run.
 *
 * Writing is measured where every message is encoded again from the tree, which is protobufjs's
 * task; passing an unchanged model through takes no time at all and is listed apart. A codec that
 * writes a list of chunks hands 100 MiB over without copying them; `joinedWriteMs` adds the copy
 * into one array, for a reader who needs one.
 *
 * Reading such a model is a hundred views and takes some 15 µs with either: the two are taken in
 * turns of ten reads, and what is within {@link tolerance} of each other is the same.
 */
import {
  concat,
  type Model,
  make,
  makeModel,
  makeNode,
  makeTensor,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import protobuf from 'protobufjs';
import type { Benchmark } from './bench.ts';

const tensors = 100;
const elements = 2 ** 18;

/** By how much the medians of two equal codecs differ from run to run on a busy machine. */
const tolerance = 0.03;

const benchmark: Benchmark = {
  question: 'How fast is a 100 MiB model read and written, compared with protobufjs?',
  goal: 'read no slower (within 3%, the noise of a run), write at least 20 times faster',
  async run() {
    const bytes = concat(writeModel(makeLargeModel()));
    const peer = peerType();
    const peerTree = peer.decode(bytes);
    const model = readModel(bytes);
    const check = concat(writeModel(model, { reencode: true }));
    if (Buffer.compare(check, bytes) !== 0)
      throw new Error('the codec did not give the bytes back');

    const read = timeBoth(
      () => tenTimes(() => readModel(bytes)),
      () => tenTimes(() => peer.decode(bytes)),
      600,
    );
    const write = timeBoth(
      () => writeModel(model, { reencode: true }),
      () => peer.encode(peerTree).finish(),
      8,
    );
    const joinedWriteMs = median(times(() => concat(writeModel(model, { reencode: true })), 8));
    const passThroughMs = median(times(() => writeModel(model), 8));
    const small = smallNodes();
    const readRatio = read.peerMs / read.ownMs;
    const writeRatio = write.peerMs / write.ownMs;
    return {
      figures: {
        readMs: read.ownMs / 10,
        peerReadMs: read.peerMs / 10,
        writeMs: write.ownMs,
        peerWriteMs: write.peerMs,
        joinedWriteMs,
        passThroughWriteMs: passThroughMs,
        readTimesFaster: readRatio,
        writeTimesFaster: writeRatio,
        joinedWriteTimesFaster: write.peerMs / joinedWriteMs,
        ...small,
      },
      ratio: writeRatio / 20,
      ok: readRatio >= 1 - tolerance && writeRatio >= 20,
      note: `write is ${writeRatio.toFixed(0)}, read ${readRatio.toFixed(2)} times as fast as protobufjs; the ratio is write's, divided by the goal of 20. Of a graph of 20,000 small nodes, where no bytes are saved, read is ${small.smallNodesReadTimesFaster.toFixed(2)} and encoding all of it again ${small.smallNodesWriteTimesFaster.toFixed(2)} times as fast: the tree keeps where each message came from, so that an unchanged model is written without encoding anything`,
    };
  },
};
export default benchmark;

/** Many small messages instead: 20,000 nodes, where the tree is the work and not the bytes. */
function smallNodes() {
  const node = Array.from({ length: 20_000 }, (_, at) =>
    makeNode(
      'Conv',
      [`value_${at}`, `weight_${at}`],
      [`value_${at + 1}`],
      { pads: [1, 1, 1, 1], group: 1 },
      { name: `conv_${at}` },
    ),
  );
  const bytes = concat(writeModel(makeModel(make('GraphProto', { name: 'nodes', node }))));
  const peer = peerType();
  const peerTree = peer.decode(bytes);
  const model = readModel(bytes);
  const read = timeBoth(
    () => readModel(bytes),
    () => peer.decode(bytes),
    8,
  );
  const write = timeBoth(
    () => writeModel(model, { reencode: true }),
    () => peer.encode(peerTree).finish(),
    8,
  );
  return {
    smallNodesReadMs: read.ownMs,
    peerSmallNodesReadMs: read.peerMs,
    smallNodesWriteMs: write.ownMs,
    peerSmallNodesWriteMs: write.peerMs,
    smallNodesReadTimesFaster: read.peerMs / read.ownMs,
    smallNodesWriteTimesFaster: write.peerMs / write.ownMs,
  };
}

function tenTimes(run: () => unknown): void {
  for (let turn = 0; turn < 10; turn++) run();
}

function makeLargeModel(): Model {
  const data = Float32Array.from({ length: elements }, (_, at) => Math.sin(at));
  const initializer = Array.from({ length: tensors }, (_, at) =>
    makeTensor(`weight_${at}`, [512, 512], data),
  );
  return makeModel(make('GraphProto', { name: 'large', initializer }));
}

/**
 * Alternates the two, so that a change of the machine's mood meets both, and takes medians of the
 * second half, when both are compiled.
 */
function timeBoth(
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

const times = (run: () => unknown, rounds: number): number[] =>
  Array.from({ length: rounds }, () => time(run, rounds));

/** Without the garbage of earlier rounds, where a run makes much of it. */
function time(run: () => unknown, rounds: number): number {
  if (rounds < 100) (globalThis as { gc?: () => void }).gc?.();
  const start = performance.now();
  run();
  return performance.now() - start;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** The messages of onnx.proto that stand in these models, with all their fields. */
function peerType(): protobuf.Type {
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

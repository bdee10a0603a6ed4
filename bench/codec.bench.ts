/**
 * Reads and writes a 100 MiB model of 1 MiB tensors with the wire codec and with protobufjs
 * (bench/codec-peer.ts), in the same run.
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
  makeTensor,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import type { Benchmark } from './bench.ts';
import { median, peerType, timeBoth, times } from './codec-peer.ts';

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
      },
      ratio: writeRatio / 20,
      ok: readRatio >= 1 - tolerance && writeRatio >= 20,
      note: `write is ${writeRatio.toFixed(0)}, read ${readRatio.toFixed(2)} times as fast as protobufjs; the ratio is write's, divided by the goal of 20. Many small messages are another question (codec-nodes)`,
    };
  },
};
export default benchmark;

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

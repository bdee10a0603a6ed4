/**
 * Reads and writes a graph of 40,000 small nodes and as many small tensors with the wire codec and
 * with protobufjs (bench/codec-peer.ts), in the same run: the tree is the work here, not the bytes.
 *
 * Written is a model of which every tenth node was renamed, as after a pass: what was not touched
 * is passed on. `reencode` takes every message from the tree instead, as protobufjs has to.
 */
import {
  concat,
  edit,
  type Model,
  make,
  makeModel,
  makeNode,
  makeTensor,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import type { Benchmark } from './bench.ts';
import { peerType, timeBoth } from './codec-peer.ts';

const count = 40_000;
const rounds = 9;

const benchmark: Benchmark = {
  question:
    'How fast is a graph of 40,000 nodes and 40,000 tensors read and written, compared with protobufjs?',
  goal: 'each of reading, writing an edited model and encoding all of it anew in less time',
  async run() {
    const bytes = concat(writeModel(makeSmallMessages()));
    const peer = peerType();
    const peerTree = peer.decode(bytes);
    const model = readModel(bytes);
    const edited = renameEveryTenth(model);
    if (Buffer.compare(concat(writeModel(model, { reencode: true })), bytes) !== 0)
      throw new Error('the codec did not give the bytes back');
    const encodePeer = () => peer.encode(peerTree).finish();

    const read = timeBoth(
      () => readModel(bytes),
      () => peer.decode(bytes),
      rounds,
    );
    const write = timeBoth(() => concat(writeModel(edited)), encodePeer, rounds);
    const encode = timeBoth(
      () => concat(writeModel(model, { reencode: true })),
      encodePeer,
      rounds,
    );
    const [readTimes, writeTimes, encodeTimes] = [read, write, encode].map(
      ({ ownMs, peerMs }) => peerMs / ownMs,
    ) as [number, number, number];
    const ratio = Math.min(readTimes, writeTimes, encodeTimes);
    return {
      figures: {
        readMs: read.ownMs,
        peerReadMs: read.peerMs,
        writeEditedMs: write.ownMs,
        peerWriteMs: write.peerMs,
        reencodeMs: encode.ownMs,
        readTimesFaster: readTimes,
        writeEditedTimesFaster: writeTimes,
        reencodeTimesFaster: encodeTimes,
      },
      ratio,
      ok: ratio > 1,
      note: `read ${readTimes.toFixed(2)}, write after an edit ${writeTimes.toFixed(1)}, encode anew ${encodeTimes.toFixed(2)} times as fast as protobufjs; the ratio is the least of the three`,
    };
  },
};
export default benchmark;

function makeSmallMessages(): Model {
  const node = Array.from({ length: count }, (_, at) =>
    makeNode(
      'Conv',
      [`value_${at}`, `weight_${at}`],
      [`value_${at + 1}`],
      { pads: [1, 1, 1, 1], group: 1 },
      { name: `conv_${at}` },
    ),
  );
  const initializer = Array.from({ length: count }, (_, at) =>
    makeTensor(`weight_${at}`, [16], new Float32Array(16).fill(at)),
  );
  return makeModel(make('GraphProto', { name: 'small', node, initializer }));
}

function renameEveryTenth(model: Model): Model {
  const node = model.graph.node.map((one, at) =>
    at % 10 === 0 ? edit(one, { name: `renamed_${at}` }) : one,
  );
  return edit(model, { graph: edit(model.graph, { node }) });
}

import { placeOf } from '../wire/lazy-tensor.ts';
import { edit, make } from '../wire/message.ts';
import type { GraphProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { mapGraphs, mapList } from './map-graphs.ts';

/** Where a model's large tensors are written. */
export interface ExternalData {
  /** The file's name as the model will give it, relative to its own file. */
  readonly location: string;
  /** Takes the next bytes of that file. They are not touched again, and may be overwritten after. */
  write(bytes: Uint8Array): void;
}

/** Smaller tensors stay in the model, where shapes and scales are looked for. */
const smallest = 1024;

/** Offsets are multiples of this, so that an engine can map the file (onnx/docs/ExternalData.md). */
const alignment = 4096;

/** A tensor that stands in a file goes from there to here in pieces of this size. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * Writes the large tensors of a model to a file beside it, one after the other, and gives the model
 * that refers to them. Of tensors that stand in a store only a piece is in memory at a time, so a
 * model of any size goes through.
 */
export function detachExternal(model: Model, data: ExternalData): Model {
  let offset = 0;
  const detach = (tensor: TensorProto): TensorProto => {
    const length = rawLength(tensor);
    if (length < smallest) return tensor;
    const gap = (alignment - (offset % alignment)) % alignment;
    if (gap > 0) data.write(new Uint8Array(gap));
    writeRaw(tensor, data);
    const at = offset + gap;
    offset = at + length;
    return reference(tensor, data.location, at, length);
  };
  return mapGraphs(model, (graph) => detachGraph(graph, detach));
}

/**
 * Refers to tensors where they stand in files already, and reads none of them: what `linkExternal`
 * opened can be written again once something else in the model has changed. What is in memory stays
 * in the model.
 */
export function referExternal(model: Model): Model {
  return mapGraphs(model, (graph) =>
    detachGraph(graph, (tensor) => {
      const place = placeOf(tensor);
      return place ? reference(tensor, place.location, place.offset, place.length) : tensor;
    }),
  );
}

function detachGraph(graph: GraphProto, detach: (tensor: TensorProto) => TensorProto): GraphProto {
  const initializer = mapList(graph.initializer, detach);
  const node = mapList(graph.node, (candidate) => {
    // A Constant's tensor is left in the node, as exporters do, unless it came from outside.
    const attribute = mapList(candidate.attribute, (entry) =>
      entry.t && placeOf(entry.t) ? edit(entry, { t: detach(entry.t) }) : entry,
    );
    return attribute === candidate.attribute ? candidate : edit(candidate, { attribute });
  });
  const same = initializer === graph.initializer && node === graph.node;
  return same ? graph : edit(graph, { initializer, node });
}

const rawLength = (tensor: TensorProto): number =>
  placeOf(tensor)?.length ?? tensor.rawData?.length ?? 0;

function writeRaw(tensor: TensorProto, data: ExternalData): void {
  const place = placeOf(tensor);
  if (!place) {
    data.write(tensor.rawData!);
    return;
  }
  const { store, location, offset, length } = place;
  for (let at = 0; at < length; at += pieceBytes)
    data.write(store.read(location, offset + at, Math.min(pieceBytes, length - at)));
}

function reference(
  tensor: TensorProto,
  location: string,
  offset: number,
  length: number,
): TensorProto {
  const entries = { location, offset: String(offset), length: String(length) };
  return edit(tensor, {
    rawData: undefined,
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) =>
      make('StringStringEntryProto', { key, value }),
    ),
  });
}

import { fail } from '@selvedge/core/errors';
import { byteLength } from '../tensor/data-type.ts';
import { elementCount, isExternal, typeOfTensor } from '../tensor/values.ts';
import { atPlace, type TensorStore } from '../wire/lazy-tensor.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { mapGraphs } from './map-graphs.ts';
import { storedTensors } from './walk.ts';

/** Where a tensor's elements stand outside the file (onnx.proto, `external_data`). */
export interface ExternalReference {
  readonly tensor: string;
  /** Path relative to the model's file, as the model writes it. */
  readonly location: string;
  /** Bytes from the beginning of that file. */
  readonly offset: number;
  readonly length: number;
}

/**
 * All external data that a model names.
 *
 * @throws SelvedgeError `bad-model` where a reference has no location or an impossible range.
 */
export function externalReferences(model: Model): ExternalReference[] {
  return [...storedTensors(model)].filter(isExternal).map(referenceOf);
}

/**
 * The model with its external data inside, as views of `files`, so that passes see all weights.
 * The result is self-contained; protobuf ends at 2 GiB.
 *
 * @param files bytes by location.
 * @throws SelvedgeError `bad-model` naming the file that is missing or too short.
 */
export function attachExternal(model: Model, files: Readonly<Record<string, Uint8Array>>): Model {
  return mapExternal(model, (tensor) => attachTensor(tensor, files));
}

/**
 * The model with its external data in reach: each tensor reads its bytes from `store` when it is
 * asked for them, and does not keep them. Passes work on it as on any other, one tensor at a time,
 * and put what they make into the store.
 *
 * @throws SelvedgeError `bad-model` where a reference has no location or an impossible range.
 */
export function linkExternal(model: Model, store: TensorStore): Model {
  return mapExternal(model, (tensor) => {
    const { location, offset, length } = referenceOf(tensor);
    const inside = edit(tensor, { externalData: [], dataLocation: undefined });
    return atPlace(inside, { store, location, offset, length });
  });
}

function mapExternal(model: Model, change: (tensor: TensorProto) => TensorProto): Model {
  return mapGraphs(model, (graph) => mapGraph(graph, change));
}

function mapGraph(graph: GraphProto, change: (tensor: TensorProto) => TensorProto): GraphProto {
  const attach = (tensor: TensorProto) => (isExternal(tensor) ? change(tensor) : tensor);
  const initializer = graph.initializer.map(attach);
  const node = graph.node.map((candidate) => {
    if (!candidate.attribute.some(({ t }) => t && isExternal(t))) return candidate;
    const attributes = candidate.attribute.map((entry) =>
      entry.t ? edit(entry, { t: attach(entry.t) }) : entry,
    );
    return edit(candidate, { attribute: attributes });
  });
  const changed =
    initializer.some((tensor, at) => tensor !== graph.initializer[at]) ||
    node.some((other, at) => other !== graph.node[at]);
  return changed ? edit(graph, { initializer, node }) : graph;
}

function attachTensor(
  tensor: TensorProto,
  files: Readonly<Record<string, Uint8Array>>,
): TensorProto {
  const { location, offset, length } = referenceOf(tensor);
  const file = Object.hasOwn(files, location) ? files[location] : undefined;
  if (!file) damaged(tensor, `has its data in ${location}, which is missing`, location);
  if (offset + length > file.length) {
    damaged(
      tensor,
      `ends at byte ${offset + length} of ${location}, which has ${file.length}`,
      location,
    );
  }
  const rawData = file.subarray(offset, offset + length);
  return edit(tensor, { rawData, externalData: [], dataLocation: undefined });
}

function referenceOf(tensor: TensorProto): ExternalReference {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value ?? '']));
  const location = entries.get('location');
  if (!location) damaged(tensor, 'has external data without a location', '');
  const expected = byteLength(typeOfTensor(tensor), elementCount(tensor));
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? expected);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== expected) {
    damaged(
      tensor,
      `needs ${expected} bytes and names ${length} at ${offset} of ${location}`,
      location,
    );
  }
  return { tensor: tensor.name ?? '', location, offset, length };
}

function damaged(tensor: TensorProto, what: string, location: string): never {
  fail('bad-model', `tensor ${tensor.name || '(unnamed)'} ${what}`, {
    hint: location ? `put ${location} beside the model` : 'export the model again',
    details: { tensor: tensor.name ?? '', location },
  });
}

/** ONNX's backend node tests, read out of their archive: each a model with inputs and outputs. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Tensor } from '@selvedge/infer/engine';
import { decode, type TensorProto, tensorValues, typeOfTensor } from '@selvedge/onnx';
import { sharedData } from './shared-data.ts';

const archive = `${sharedData}/onnx-node-tests.tar.gz`;

export const noNodeTests = !existsSync(archive);

export interface NodeTest {
  readonly name: string;
  readonly model: Uint8Array;
  readonly sets: readonly { readonly inputs: NamedTensor[]; readonly outputs: NamedTensor[] }[];
}

export interface NamedTensor {
  readonly name: string;
  /** Undefined where it is no tensor of the fabric's types. */
  readonly tensor: Tensor | undefined;
}

export function* nodeTests(): Generator<NodeTest> {
  const byTest = new Map<string, Map<string, Uint8Array>>();
  for (const [path, bytes] of tarEntries(gunzipSync(readFileSync(archive)))) {
    const [, test, file] = /([^/]+)\/((?:test_data_set_\d+\/)?[^/]+)$/.exec(path) ?? [];
    if (!test || !file) continue;
    const files = byTest.get(test) ?? new Map<string, Uint8Array>();
    byTest.set(test, files.set(file, bytes));
  }
  for (const [name, files] of [...byTest].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const model = files.get('model.onnx');
    if (!model) continue;
    const numbers = new Set(
      [...files.keys()].flatMap((file) => /_set_(\d+)/.exec(file)?.[1] ?? []),
    );
    const sets = [...numbers].map((number) => ({
      inputs: tensorsOf(files, `test_data_set_${number}/input_`),
      outputs: tensorsOf(files, `test_data_set_${number}/output_`),
    }));
    yield { name, model, sets };
  }
}

function tensorsOf(files: ReadonlyMap<string, Uint8Array>, prefix: string): NamedTensor[] {
  const tensors: NamedTensor[] = [];
  for (let at = 0; files.has(`${prefix}${at}.pb`); at += 1) {
    tensors.push(readTensor(files.get(`${prefix}${at}.pb`)!));
  }
  return tensors;
}

function readTensor(bytes: Uint8Array): NamedTensor {
  try {
    const proto = decode('TensorProto', bytes, 'tensor') as TensorProto;
    const tensor = {
      type: typeOfTensor(proto),
      shape: proto.dims.map(Number),
      data: tensorValues(proto),
    } as Tensor;
    return { name: proto.name ?? '', tensor };
  } catch {
    return { name: '', tensor: undefined };
  }
}

/** Regular files of a tar archive; pax puts a path beyond 100 bytes into an entry before the file's. */
function* tarEntries(archive: Uint8Array): Generator<[path: string, bytes: Uint8Array]> {
  const text = (start: number, length: number) =>
    new TextDecoder().decode(archive.subarray(start, start + length)).replace(/\0.*$/s, '');
  let longPath = '';
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8);
    const type = text(at + 156, 1);
    if (type === 'x') longPath = /\d+ path=(.*)\n/.exec(text(at + 512, size))?.[1] ?? '';
    if (type === '0' || type === '') {
      yield [longPath || text(at, 100), archive.slice(at + 512, at + 512 + size)];
      longPath = '';
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

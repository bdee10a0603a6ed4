import { makeTensor, type TensorSource } from '../../build/make.ts';
import type { NamePool } from '../../pass/name-pool.ts';
import { floatValues, tensorShape } from '../../tensor/values.ts';
import { keepBeside } from '../../wire/lazy-tensor.ts';
import type { TensorProto } from '../../wire/messages.ts';
import { type Bits, type Range, stepsOf } from '../calibrate/index.ts';
import { type Parameters, parametersOf } from './parameters.ts';

/** Scale and zero point, and the tensors that hold them. */
export interface StoredParameters extends Parameters {
  readonly scaleName: string;
  readonly zeroName: string;
}

/** The tensors that quantising adds to a graph, each stored once for all that use it. */
export class QdqStore {
  readonly tensors: TensorProto[] = [];
  readonly #names: NamePool;
  readonly #bits: Bits;
  readonly #once = new Map<string, unknown>();
  #shortened = 0;

  constructor(names: NamePool, bits: Bits) {
    this.#names = names;
    this.#bits = bits;
  }

  /** A new value's name: `base.what`, with a number for a base that is long (some have 300 letters). */
  name(base: string, what: string): string {
    const stem = base.length <= longest ? base : this.once(`name ${base}`, () => this.#short());
    return this.#names.fresh(`${stem}.${what}`);
  }

  /** What `make` gives, made once for each key. */
  once<T>(key: string, make: () => T): T {
    if (!this.#once.has(key)) this.#once.set(key, make());
    return this.#once.get(key) as T;
  }

  /** Stores a tensor; its name. */
  add(name: string, dims: readonly number[], data: TensorSource): string {
    this.tensors.push(makeTensor(name, dims, data));
    return name;
  }

  /** Stores a tensor beside the one that it is made of; as it is kept there. */
  addBeside(
    source: TensorProto,
    name: string,
    dims: readonly number[],
    data: TensorSource,
  ): TensorProto {
    const tensor = keepBeside(source, makeTensor(name, dims, data));
    this.tensors.push(tensor);
    return tensor;
  }

  /** Scale and zero point of a range. */
  parameters(base: string, range: Range): StoredParameters {
    const parameters = parametersOf(range, this.#bits);
    const scale = this.name(base, 'scale');
    this.add(scale, [], Float32Array.of(parameters.scale));
    return { ...parameters, scaleName: scale, zeroName: this.#zero(parameters.zero) };
  }

  /** A constant in 8 or 16 bits. */
  rounded(name: string, source: TensorProto, by: Parameters): string {
    const values = floatValues(source);
    const high = stepsOf(this.#bits);
    const stored = Array.from(values, (value) =>
      Math.min(high, Math.max(0, Math.round(value / by.scale) + by.zero)),
    );
    this.addBeside(source, name, tensorShape(source), elementsOf(this.#bits, stored));
    return name;
  }

  #zero(value: number): string {
    return this.once(`zero ${value}`, () =>
      this.add(this.#names.fresh(`zero.${value}`), [], elementsOf(this.#bits, [value])),
    );
  }

  #short(): string {
    this.#shortened += 1;
    return `value${this.#shortened}`;
  }
}

/** Names of more letters would make a small model's file larger than its weights. */
const longest = 40;

const elementsOf = (bits: Bits, values: readonly number[]): TensorSource =>
  bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);

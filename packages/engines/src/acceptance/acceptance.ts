/**
 * What every adapter of the Engine port must do, wherever it computes. Run it from a test:
 *
 *     engineAcceptance('onnxruntime', () => createOrtEngine());
 */
import { SelvedgeError } from '@selvedge/core/errors';
import type { ElementType } from '@selvedge/core/schema';
import {
  type Engine,
  elementCount,
  makeTensor,
  type Session,
  type Tensor,
  type TensorData,
} from '@selvedge/infer/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countingModel, externalModel, foldModel, identityModel, pairModel } from './models.ts';

/** The parts of the suite that an adapter may skip, each with a reason. */
export type AcceptancePart =
  | ElementType
  | 'external data'
  | 'bad models'
  | 'names of dimensions'
  | 'interruption';
export type Skips = Readonly<Partial<Record<AcceptancePart, string>>>;

const never = 2n ** 50n;

/** `make` gives a new engine; the suite closes it. */
export function engineAcceptance(
  name: string,
  make: () => Promise<Engine> | Engine,
  skips: Skips = {},
): void {
  describe(`${name} as an engine`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await make();
    });
    afterAll(() => engine.close());

    /** A case that an adapter may skip: the reason stands in the report. */
    const part = (which: AcceptancePart, title: string, test: () => Promise<void>) =>
      it(title, async ({ skip }) => {
        const reason = skips[which];
        if (reason) skip(`${name}: ${reason}`);
        await test();
      });

    it('says what it is', () => {
      expect(engine.name).toMatch(/^[a-z-]+$/);
      expect(engine.version).not.toBe('');
    });

    for (const [type, data] of Object.entries(samples)) {
      part(type as ElementType, `carries ${type} there and back unchanged`, async () => {
        const session = await engine.load(identityModel(type as ElementType, ['n']));
        const x = makeTensor(type as ElementType, [data.length], data);
        expect((await session.run({ x })).outputs).toEqual({ y: x });
        await session.close();
      });
    }

    it('carries scalars, empty tensors and five dimensions', async () => {
      for (const shape of [[], [0, 3], [2, 1, 3, 1, 2]]) {
        const session = await engine.load(identityModel('float32', shape));
        const x = float32(shape);
        expect((await session.run({ x })).outputs).toEqual({ y: x });
        await session.close();
      }
    });

    it('carries a megabyte, many times at once', async () => {
      const session = await engine.load(identityModel('float32', ['n']));
      const many = Array.from({ length: 8 }, (_, i) => float32([262_144], i));
      const results = await Promise.all(many.map((x) => session.run({ x })));
      for (const [i, { outputs }] of results.entries()) {
        const [sent, got] = [many[i]!.data as Float32Array, outputs.y!.data as Float32Array];
        expect(Buffer.compare(bytes(sent), bytes(got))).toBe(0);
      }
      await session.close();
    });

    it('answers with every output, for any size of a free dimension', async () => {
      const session = await engine.load(pairModel());
      for (const batch of [1, 4]) {
        const [a, b] = [float32([batch, 3]), float32([batch, 3], 7)];
        const { outputs, computeMs, provenance } = await session.run({ a, b });
        const pairs = [...(a.data as Float32Array)].map(
          (x, i) => [x, b.data[i] as number] as const,
        );
        expect([...(outputs.sum!.data as Float32Array)]).toEqual(pairs.map(([x, y]) => x + y));
        expect([...(outputs.product!.data as Float32Array)]).toEqual(pairs.map(([x, y]) => x * y));
        expect(outputs.sum!.shape).toEqual([batch, 3]);
        expect(computeMs).toBeGreaterThanOrEqual(0);
        expect(['measured', 'calibrated', 'estimated']).toContain(provenance);
      }
      await session.close();
    });

    it('describes inputs and outputs', async () => {
      const session = await engine.load(pairModel());
      const seen = [...session.inputs, ...session.outputs].map(({ name, type, shape }) => [
        name,
        type,
        shape.length,
        shape[1],
      ]);
      expect(seen).toEqual(['a', 'b', 'sum', 'product'].map((one) => [one, 'float32', 2, 3]));
      expect(typeof session.inputs[0]!.shape[0]).not.toBe('number');
      await session.close();
    });

    part('names of dimensions', 'knows free dimensions by name, and holds them equal', async () => {
      const session = await engine.load(pairModel());
      expect(session.inputs[0]!.shape).toEqual(['batch', 3]);
      await refused(session.run({ a: float32([2, 3]), b: float32([4, 3]) }), 'bad-input', '"b"');
      await session.close();
    });

    describe('refuses an input that does not fit, naming it', () => {
      const good = { a: float32([2, 3]), b: float32([2, 3]) };
      const cases: [string, Record<string, Tensor>, string][] = [
        ['missing', { a: good.a }, '"b"'],
        ['unknown', { ...good, c: good.a }, '"c"'],
        [
          'of another type',
          { ...good, b: makeTensor('int64', [2, 3], new BigInt64Array(6)) },
          '"b"',
        ],
        ['of another shape', { ...good, b: float32([2, 4]) }, '"b"'],
        ['of another rank', { ...good, b: float32([6]) }, '"b"'],
        ['with too few elements', { ...good, b: { ...good.b, data: new Float32Array(5) } }, '"b"'],
      ];
      let session: Session;
      beforeAll(async () => {
        session = await engine.load(pairModel());
      });
      it.each(cases)('%s', (_, inputs, named) => refused(session.run(inputs), 'bad-input', named));
      it('and answers the next request', async () => {
        expect((await session.run(good)).outputs.sum!.shape).toEqual([2, 3]);
        await session.close();
      });
    });

    it('fails one run that the model refuses, and answers the next', async () => {
      const session = await engine.load(foldModel());
      await refused(session.run({ x: float32([5]) }), 'engine-failed');
      expect((await session.run({ x: float32([6]) })).outputs.y!.shape).toEqual([2, 3]);
      await session.close();
    });

    part('interruption', 'ends a run at its time, and answers the next', async () => {
      const session = await engine.load(countingModel());
      const began = performance.now();
      await refused(session.run(trips(never), { timeoutMs: 149.5 }), 'timeout');
      expect(performance.now() - began).toBeLessThan(1_000);
      expect((await session.run(trips(3n))).outputs.count!.data).toEqual(new BigInt64Array([3n]));
      await session.close();
    });

    part('interruption', 'ends a cancelled run at once, and answers the next', async () => {
      const session = await engine.load(countingModel());
      await refused(session.run(trips(3n), { signal: AbortSignal.abort() }), 'cancelled');
      const running = session.run(trips(never), { signal: AbortSignal.timeout(100) });
      await refused(running, 'cancelled');
      expect((await session.run(trips(4n))).outputs.count!.data).toEqual(new BigInt64Array([4n]));
      await session.close();
    });

    part('interruption', 'keeps its thread free while a run takes long', async () => {
      const session = await engine.load(countingModel());
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 5);
      await session.run(trips(never), { timeoutMs: 150 }).catch(() => {});
      clearInterval(ticking);
      expect(ticks).toBeGreaterThan(5);
      await session.close();
    });

    part('external data', 'takes weights from beside the model', async () => {
      const session = await engine.load(externalModel([1, 2, 3, 4]));
      const x = makeTensor('float32', [4], new Float32Array([10, 20, 30, 40]));
      expect((await session.run({ x })).outputs.y!.data).toEqual(
        new Float32Array([11, 22, 33, 44]),
      );
      await session.close();
    });

    part('bad models', 'refuses what is no model, in one line that names it', async () => {
      const { model } = pairModel();
      const damaged = [new Uint8Array(), new Uint8Array([1, 2, 3, 4]), model.subarray(0, 60)];
      for (const [i, bytes] of damaged.entries()) {
        await refused(
          engine.load({ model: bytes, name: `bad-${i}.onnx` }),
          'bad-model',
          `bad-${i}`,
        );
      }
    });

    it('runs no more once a session is closed, and others go on', async () => {
      const [one, other] = [await engine.load(pairModel()), await engine.load(pairModel())];
      await one.close();
      await one.close();
      const inputs = { a: float32([1, 3]), b: float32([1, 3]) };
      await refused(one.run(inputs), 'engine-failed');
      expect((await other.run(inputs)).outputs.sum).toBeDefined();
      await other.close();
    });
  });
}

const samples: Readonly<Record<ElementType, TensorData>> = {
  float32: new Float32Array([0, -0.5, 3.4e38, Number.NEGATIVE_INFINITY, Number.NaN]),
  float64: new Float64Array([0.1, -1e300, Number.POSITIVE_INFINITY]),
  float16: new Uint16Array([0x3c00, 0xc000, 0x7bff, 0x0001]),
  bfloat16: new Uint16Array([0x3f80, 0xc000, 0x7f7f]),
  int8: new Int8Array([-128, 0, 127]),
  uint8: new Uint8Array([0, 128, 255]),
  int16: new Int16Array([-32_768, 7, 32_767]),
  uint16: new Uint16Array([0, 65_535]),
  int32: new Int32Array([-(2 ** 31), 2 ** 31 - 1]),
  uint32: new Uint32Array([0, 2 ** 32 - 1]),
  int64: new BigInt64Array([-(2n ** 63n), -1n, 2n ** 63n - 1n]),
  uint64: new BigUint64Array([0n, 2n ** 64n - 1n]),
  bool: new Uint8Array([1, 0, 1]),
  string: ['', 'a', 'Zürich', '日本語', 'line\nbreak', '"quoted"'],
};

/** Distinct whole numbers, so that sums and products are exact. */
function float32(shape: readonly number[], from = 1): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => (from + i) % 4096);
  return { type: 'float32', shape, data };
}

const trips = (count: bigint) => ({ trips: makeTensor('int64', [], new BigInt64Array([count])) });

const bytes = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

async function refused(promise: Promise<unknown>, code: string, named = ''): Promise<void> {
  const error = await promise.then(
    () => expect.fail(`should have been refused as ${code}`),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(SelvedgeError);
  expect(error).toMatchObject({ code, message: expect.stringContaining(named) });
  expect((error as Error).message).not.toContain('\n');
}

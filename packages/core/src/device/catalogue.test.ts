import { describe, expect, it } from 'vitest';
import { parseDocument } from '../schema/index.ts';
import {
  type Chip,
  catalogue,
  chipOf,
  type Figure,
  hostProfile,
  Profile,
  profileOf,
} from './index.ts';

function* figuresOf(value: unknown): Generator<Figure> {
  if (typeof value !== 'object' || value === null) return;
  if ('confidence' in value) yield value as Figure;
  else for (const inner of Object.values(value)) yield* figuresOf(inner);
}

describe('the catalogue', () => {
  it('holds the targets that the command line promises', () => {
    const ids = catalogue.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...['flagship-2026', 'intel-lunar-lake', 'midrange-2021', 'cpu-x64', 'browser-wasm'],
        ...['apple-m4', 'apple-a18', 'snapdragon-x-elite', 'snapdragon-8-gen3'],
        ...['intel-arrow-lake', 'amd-xdna2', 'jetson-thor', 'jetson-agx-orin', 'hailo-8'],
        ...['coral-edgetpu', 'ethos-u55', 'rk3588', 'browser-webnn', 'browser-webgpu'],
        'cpu-arm64',
      ]),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(catalogue.map((chip) => [chip.id, chip] as const))(
    'says of every figure of %s where it comes from',
    (_, chip) => {
      const figures = [...figuresOf(chip)];
      expect(figures.length).toBeGreaterThan(8);
      for (const figure of figures) {
        expect(figure.value).toBeGreaterThanOrEqual(0);
        expect(figure.source.length).toBeGreaterThan(5);
        expect(['published', 'derived', 'assumed']).toContain(figure.confidence);
        expect(['calibrated', 'estimated']).toContain(figure.provenance);
        if (figure.provenance === 'calibrated') expect(figure.confidence).toBe('derived');
        if (figure.unit === 'TOPS') expect(['dense', 'sparse']).toContain(figure.sparsity);
        else expect(figure).not.toHaveProperty('sparsity');
      }
    },
  );

  it.each(catalogue.map(({ id }) => id))(
    'gives %s a profile that may be reported, labelled as estimated',
    (id) => {
      const profile = profileOf(id);
      expect(parseDocument(Profile, profile, id)).toBe(profile);
      expect(profile).toMatchObject({ target: id, provenance: 'estimated' });
    },
  );

  it('halves a rate that counts on sparsity', () => {
    const chip = chipOf('cpu-x64');
    const [unit] = chip.units;
    const sparse: Chip = {
      ...chip,
      units: [
        { ...unit!, tops: { int8: { ...unit!.tops.fp32!, value: 275, sparsity: 'sparse' } } },
      ],
    };
    expect(profileOf(sparse).units[0]!.tops).toEqual({ int8: 137.5 });
  });

  it('names the targets there are when asked for another', () => {
    expect(() => chipOf('flagship-2025')).toThrow('no target "flagship-2025" in the catalogue');
  });
});

describe('the profile of a host', () => {
  const facts = { os: 'linux', arch: 'x64', cores: 2, memoryBytes: 8e9 };
  it('is the processor of its architecture, scaled by cores, and no target', () => {
    const two = hostProfile(facts);
    const four = hostProfile({ ...facts, cores: 4 });
    expect(parseDocument(Profile, two, 'host')).not.toHaveProperty('target');
    expect(four.units[0]!.tops.fp32).toBeCloseTo(2 * two.units[0]!.tops.fp32!, 9);
    expect(four.units[0]!.tops.fp32).toBeCloseTo(profileOf('cpu-x64').units[0]!.tops.fp32!, 9);
    expect(two.memory.budgetBytes).toBe(4e9);
    expect(two.provenance).toBe('estimated');
  });
  it('does not believe that small networks use a hundred cores', () => {
    expect(hostProfile({ ...facts, cores: 100 })).toEqual(hostProfile({ ...facts, cores: 8 }));
  });
  it('knows Arm from x86, and the engines that are really there', () => {
    const engines = [{ name: 'onnxruntime', version: '1.30.0', opset: 26 }];
    const arm = hostProfile({ ...facts, arch: 'arm64', engines, storageBytes: 5 });
    expect(arm).toMatchObject({ platform: { arch: 'arm64' }, engines, storageBytes: 5 });
    expect(arm.units[0]!.tops).not.toEqual(hostProfile(facts).units[0]!.tops);
  });
});

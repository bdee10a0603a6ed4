import { describe, expect, it } from 'vitest';
import { isMade, type MadeVariant, provenanceOf } from '../provenance/index.ts';
import type { BuildReport } from '../report/index.ts';
import { cycloneDx } from './cyclonedx.fixture.ts';
import { mlBomOf } from './index.ts';
import { uuidOf } from './uuid.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function reportWith(change: Partial<BuildReport['variants'][number]> = {}): BuildReport {
  const source = {
    file: '/home/me/models/glyphs.onnx',
    digest: digest('a'),
    bytes: 100,
    nodes: 12,
    parameters: 99,
  };
  return {
    apiVersion: 'selvedge.dev/v1',
    kind: 'BuildReport',
    family: 'acme/glyphs',
    version: '1.2.3',
    createdAt: '2026-11-20T12:00:00Z',
    licence: 'Apache-2.0 OR MIT',
    description: 'Digits <and> letters',
    model: source,
    sources: { device: source },
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', null, 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1] }],
    evaluation: { path: '/home/me/eval', digest: digest('b'), samples: 1000 },
    calibration: { path: 'calibration', digest: digest('c'), samples: 64 },
    bars: { device: { maxDrop: 0.01 } },
    variants: [
      {
        id: 'device-int8',
        tier: 'device',
        precision: 'int8',
        engine: 'onnxruntime',
        targets: ['apple-m4'],
        file: 'variants/device-int8.onnx',
        digest: digest('d'),
        bytes: 40,
        status: 'pass',
        reason: 'drop 0.1%, 95% sure to be within 1%',
        quality: {
          metric: 'top1',
          value: 0.98,
          reference: 0.981,
          drop: 0.001,
          interval: [-0.002, 0.004],
          samples: 1000,
          provenance: 'measured',
        },
        latency: null,
        estimates: [],
        fallback: { nodes: null, share: null },
        opset: 17,
        workload: null,
        golden: { file: 'variants/device-int8.golden.json', digest: digest('e'), bytes: 2 },
        notes: [],
        warnings: ['a warning'],
        ...change,
      },
    ],
    policy: { labels: {} },
    toolchain: {
      selvedge: '0.1.0',
      engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
      node: 'v24',
      platform: 'linux x64',
    },
  };
}

const variantOf = ({ variants }: BuildReport): MadeVariant => variants.filter(isMade)[0]!;

describe('an ML-BOM', () => {
  const check = cycloneDx();

  it.each([
    ['with everything', reportWith()],
    ['without a quality', reportWith({ quality: null, opset: null })],
    [
      'without a drop',
      reportWith({
        quality: {
          ...variantOf(reportWith()).quality!,
          drop: null,
          interval: null,
          reference: null,
        },
      }),
    ],
    [
      'with weights beside the model',
      reportWith({ data: [{ file: 'v/w', location: 'w.data', digest: digest('f'), bytes: 9 }] }),
    ],
  ])('is valid against the CycloneDX 1.7 schema %s', (_, report) => {
    expect(check(mlBomOf(report, variantOf(report), { timestamp: report.createdAt }))).toEqual([]);
    expect(check(mlBomOf(report, variantOf(report)))).toEqual([]);
  });

  it('is judged by a schema that can say no', () => {
    const report = reportWith();
    expect(check({ ...mlBomOf(report, variantOf(report)), serialNumber: 'x' })).not.toEqual([]);
    expect(
      check({ ...mlBomOf(report, variantOf(report)), specVersion: '1.7', extra: 1 }),
    ).not.toEqual([]);
  });

  it('holds hashes, licence, source, data sets and the quality with its interval', () => {
    const report = reportWith();
    expect(mlBomOf(report, variantOf(report))).toMatchObject({
      specVersion: '1.7',
      metadata: {
        component: {
          type: 'machine-learning-model',
          version: '1.2.3',
          hashes: [{ alg: 'SHA-256', content: 'd'.repeat(64) }],
          licenses: [{ expression: 'Apache-2.0 OR MIT' }],
          pedigree: { ancestors: [{ name: 'glyphs.onnx', hashes: [{ content: 'a'.repeat(64) }] }] },
          modelCard: {
            modelParameters: { datasets: [{ ref: 'calibration' }, { ref: 'evaluation' }] },
            quantitativeAnalysis: {
              performanceMetrics: expect.arrayContaining([
                {
                  type: 'top1 lost to the source model',
                  value: '0.001',
                  slice: 'evaluation',
                  confidenceInterval: { lowerBound: '-0.002', upperBound: '0.004' },
                },
              ]),
            },
            considerations: { technicalLimitations: ['a warning'] },
          },
        },
      },
      components: [
        { hashes: [{ content: 'c'.repeat(64) }] },
        { hashes: [{ content: 'b'.repeat(64) }] },
      ],
    });
  });

  it('is the same for the same variant, whenever it was built, and tells nobody where', () => {
    const [one, other] = [reportWith(), { ...reportWith(), createdAt: '2027-01-01T00:00:00Z' }];
    expect(mlBomOf(one, variantOf(one))).toEqual(mlBomOf(other, variantOf(other)));
    const changed = reportWith({ digest: digest('9') });
    const serial = (report: BuildReport) =>
      (mlBomOf(report, variantOf(report)) as { serialNumber: string }).serialNumber;
    expect(serial(changed)).not.toBe(serial(one));
    const all = JSON.stringify([mlBomOf(one, variantOf(one)), provenanceOf(one, variantOf(one))]);
    expect(all).not.toContain('/home/me');
  });

  it('numbers itself as RFC 9562 says', () => {
    // Python: uuid.uuid5(uuid.NAMESPACE_URL, 'https://example.com')
    expect(uuidOf('https://example.com')).toBe('4fd35a71-71ef-5a55-a9d9-aa75c889a6d0');
  });
});

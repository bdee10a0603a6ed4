import { describe, expect, it } from 'vitest';
import type { BuildReport } from '../report/index.ts';
import { type MadeVariant, provenanceOf, subjectOf } from './index.ts';
import { slsa } from './slsa.fixture.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const source = { file: 'models/m.onnx', digest: digest('a'), bytes: 1, nodes: 1, parameters: 1 };
const report = {
  family: 'acme/m',
  version: '1.0.0',
  model: source,
  sources: { device: { ...source, fixed: { changed: [], warnings: [] } } },
  evaluation: null,
  calibration: { path: 'sets/cal', digest: digest('c'), samples: 64 },
  bars: { device: { maxDrop: 0.01 } },
  policy: { labels: {} },
  toolchain: {
    selvedge: '0.1.0',
    engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
    node: 'v24.1.0',
    platform: 'linux x64',
  },
} as unknown as BuildReport;
const variant = {
  id: 'device-int8',
  tier: 'device',
  precision: 'int8',
  engine: 'onnxruntime',
  targets: ['apple-m4'],
  file: 'variants/device-int8/model.onnx',
  digest: digest('d'),
  data: [{ file: 'variants/device-int8/w', location: 'w', digest: digest('f'), bytes: 1 }],
  quality: null,
  golden: { file: 'variants/device-int8.golden.json', digest: digest('e'), bytes: 2 },
} as unknown as MadeVariant;

describe('provenance', () => {
  const said = provenanceOf(report, variant, {
    finishedOn: '2026-11-20T12:00:00Z',
    holders: [subjectOf('acme/m', digest('7'))],
  });

  it('is an in-toto statement about every file of the variant and what holds them', () => {
    expect(said._type).toBe('https://in-toto.io/Statement/v1');
    expect(said.predicateType).toBe('https://slsa.dev/provenance/v1');
    expect(said.subject.map(({ name, digest: { sha256 } }) => [name, sha256[0]])).toEqual([
      ['model.onnx', 'd'],
      ['w', 'f'],
      ['acme/m', '7'],
    ]);
  });

  it('names source, calibration, tool and options', () => {
    const { buildDefinition, runDetails } = said.predicate;
    expect(buildDefinition.resolvedDependencies).toMatchObject([
      { name: 'm.onnx', digest: { sha256: 'a'.repeat(64) } },
      { name: 'cal', digest: { sha256: 'c'.repeat(64) }, annotations: { samples: 64 } },
    ]);
    expect(buildDefinition.externalParameters).toMatchObject({
      precision: 'int8',
      targets: ['apple-m4'],
      fix: true,
      quality: { maxDrop: 0.01 },
    });
    expect(runDetails.builder.version).toEqual({ selvedge: '0.1.0', node: 'v24.1.0' });
    expect(runDetails.metadata).toEqual({ finishedOn: '2026-11-20T12:00:00Z' });
  });

  it('has the fields of in-toto’s and SLSA’s specifications, and no others', () => {
    expect(slsa(JSON.parse(JSON.stringify(said)))).toEqual([]);
    expect(slsa({ ...said, subject: [] })).not.toEqual([]);
    expect(slsa({ ...said, predicate: { ...said.predicate, more: 1 } })).not.toEqual([]);
  });

  it('says which compression was asked for', () => {
    const compression = { method: 'prune' } as MadeVariant['compression'];
    const compressed = provenanceOf(report, { ...variant, ...(compression && { compression }) });
    expect(compressed.predicate.buildDefinition.externalParameters.compression).toBe('prune');
  });
});

import { describe, expect, it } from 'vitest';
import { formatLatency, formatQuality, formatReport, formatShare } from './index.ts';
import type { BuildReport, BuiltVariant } from './schema.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;

const variant: BuiltVariant = {
  id: 'device-int8-dynamic',
  tier: 'device',
  precision: 'int8-dynamic',
  engine: 'onnxruntime',
  targets: ['midrange-2021'],
  file: 'variants/device-int8-dynamic.onnx',
  digest,
  bytes: 17_095,
  status: 'pass',
  reason: 'drop 0.1%, 95% sure to be within 1%',
  quality: {
    metric: 'top1',
    value: 0.981,
    reference: 0.982,
    drop: 0.001,
    interval: [-0.001, 0.003],
    samples: 1000,
    provenance: 'measured',
  },
  latency: {
    p50Ms: 0.115,
    p99Ms: 1234.5,
    runs: 200,
    engine: 'onnxruntime',
    provenance: 'measured',
  },
  estimates: [
    {
      p50Ms: 2.5,
      p99Ms: 2.5,
      runs: 0,
      engine: 'onnxruntime',
      provenance: 'estimated',
      target: 'midrange-2021',
    },
  ],
  fallback: { nodes: null, share: null },
  opset: 17,
  workload: null,
  golden: null,
  notes: [
    { node: 'conv1', op: 'Conv', reason: 'it has only 200 weights' },
    { node: 'conv2', op: 'Conv', reason: 'it has 16 groups' },
    { node: 'lstm', op: 'LSTM', reason: 'it has no integer form' },
  ],
  warnings: ['w: 3 values become 0'],
};

const report: BuildReport = {
  apiVersion: 'selvedge.dev/v1',
  kind: 'BuildReport',
  family: 'acme/digits',
  version: '1.2.3',
  createdAt: '2026-11-21T00:00:00Z',
  model: { file: 'digits.onnx', digest, bytes: 26_454, nodes: 12, parameters: 5998 },
  sources: { device: { file: 'digits.onnx', digest, bytes: 26_454, nodes: 12, parameters: 5998 } },
  inputs: [],
  outputs: [],
  evaluation: { path: 'eval', digest, samples: 1000 },
  bars: {},
  variants: [variant],
  policy: { labels: {} },
  toolchain: {
    selvedge: '0.1.0',
    engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
    node: 'v24.0.0',
    platform: 'linux x64',
  },
};

describe('report.md', () => {
  const text = formatReport(report);

  it('answers in a sentence first', () => {
    expect(text.split('\n')[2]).toBe('1 variant: 1 pass.');
  });

  it('marks every figure with where it comes from', () => {
    expect(text).toContain('98.10% ●');
    expect(text).toContain('0.115 ms ●');
    expect(text).toContain('2.50 ms ○');
    expect(text).toContain('● measured here · ◐ calibrated · ○ estimated from the catalogue');
  });

  it('says once for each operator what was left alone', () => {
    expect(text).toContain('leaves 2 Conv alone, such as `conv1`: it has only 200 weights');
    expect(text).toContain('leaves LSTM `lstm` alone: it has no integer form');
    expect(text).toContain('w: 3 values become 0');
  });

  it('has tables whose rows are equally wide', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(new Set(rows.slice(0, 3).map(({ length }) => length)).size).toBe(1);
  });
});

describe('figures', () => {
  it.each([
    [0, '0.00%'],
    [0.00001, '0.0010%'],
    [1e-8, '<0.0001%'],
    [-1e-8, '>-0.0001%'],
    [0.99999, '>99.99%'],
    [1, '100.00%'],
    [0.1234, '12.34%'],
  ])('a share of %f is %s: neither nothing nor the whole where it is not', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  it('say once what is true of every variant', () => {
    const busy = { ...variant, id: 'device-fp16', warnings: ['the machine was busy'] };
    const other = { ...busy, id: 'device-fp32', warnings: ['the machine was busy', 'w is large'] };
    const notes = formatReport({ ...report, variants: [busy, other] });
    expect(notes.match(/the machine was busy/g)).toHaveLength(1);
    expect(notes).toContain('- `device-fp32`: w is large');
  });

  it('have units', () => {
    expect(formatLatency({ ...report.variants[0]!.latency!, p50Ms: 1172.6 })).toBe('1173 ms ●');
    expect(formatQuality('snr', 41.23)).toBe('41.2 dB');
    expect(formatQuality('snr', 300)).toBe('exact');
    expect(formatQuality('top1', 0.9891)).toBe('98.91%');
  });
});

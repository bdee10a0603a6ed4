import { describe, expect, it } from 'vitest';
import type { BuildReport, BuiltVariant } from '../schema.ts';
import { html } from './markup.ts';
import { reportPage } from './report-page.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const hostile = `<script>alert(1)</script>"'\u202egpj`;

const variant = (id: string, more: Partial<BuiltVariant> = {}): BuiltVariant => ({
  id,
  tier: 'device',
  precision: id.replace('device-', ''),
  engine: 'onnxruntime',
  targets: [],
  file: `variants/${id}.onnx`,
  digest,
  bytes: 1000,
  status: 'pass',
  reason: 'drop 0.1%',
  quality: {
    metric: 'top1',
    value: 0.98,
    reference: 0.981,
    drop: 0.001,
    interval: [-0.001, 0.003],
    samples: 1000,
    provenance: 'measured',
  },
  latency: { p50Ms: 1, p99Ms: 2, runs: 10, engine: 'onnxruntime', provenance: 'measured' },
  estimates: [],
  fallback: { nodes: null, share: null },
  opset: 17,
  workload: null,
  golden: null,
  notes: [],
  warnings: [],
  ...more,
});

const source = { file: hostile, digest, bytes: 2000, nodes: 3, parameters: 100 };
const report = (variants: BuiltVariant[], more: Partial<BuildReport> = {}): BuildReport => ({
  apiVersion: 'selvedge.dev/v1',
  kind: 'BuildReport',
  family: 'local/model',
  version: '1.0.0',
  createdAt: '2026-11-21T03:00:00Z',
  model: source,
  sources: { device: source },
  inputs: [],
  outputs: [],
  evaluation: null,
  bars: { device: { maxDrop: 0.01 } },
  variants,
  policy: { labels: {} },
  toolchain: {
    selvedge: '0.1.0',
    engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
    node: 'v24.0.0',
    platform: 'linux x64',
  },
  ...more,
});

describe('the page of a report', () => {
  it('escapes what comes from a model or a path, and allows no script', () => {
    const notes = [{ node: `\`${hostile}`, op: hostile, reason: hostile }];
    const page = reportPage(
      report([variant('device-fp16', { notes, warnings: [hostile], reason: hostile })]),
    );
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u202e');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;');
    expect(page).toContain("default-src 'none'; style-src 'sha256-");
  });

  it('asks nobody for anything: no address, no style attribute that its policy would refuse', () => {
    const page = reportPage(report([variant('device-fp32'), variant('device-fp16')]));
    expect(page).not.toMatch(/https?:|src=|@import|url\(|style="/);
  });

  it('says in a sentence what came of it, and draws both plots with the front and the bar', () => {
    const page = reportPage(
      report(
        [
          variant('device-fp32', { bytes: 2000 }),
          variant('device-int8', { bytes: 500 }),
          variant('device-int4', { bytes: 300, status: 'fail' }),
        ],
        { front: ['device-int8'] },
      ),
    );
    expect(page).toContain('3 variants: 2 pass, 1 fail.');
    expect(page.match(/<svg class="plot"/g)).toHaveLength(2);
    expect(page.match(/<g class="front">/g)).toHaveLength(2);
    expect(page.match(/<g class="failed">/g)).toHaveLength(2);
    expect(page).toContain('the bar');
    expect(page).toContain(
      'device-int8: 98.00%, 95% of the drop -0.10% to 0.30%, 500 B, on the front',
    );
  });

  it('draws no plot of what was not measured, and skipped variants as words', () => {
    const none = { quality: null, latency: null, bytes: null, file: null, digest: null };
    const page = reportPage(
      report([variant('device-int8', { ...none, status: 'skipped', reason: 'no samples' })]),
    );
    expect(page).not.toContain('<svg class="plot"');
    expect(page).toContain('1 variant: 1 skipped.');
    expect(page).toContain('no samples');
  });

  it.each([
    ['equal to the last bit', 300, 0],
    ['a number of no use', -3, 2],
  ])('stays finite where snr is %s', (_, value, drop) => {
    const quality = { metric: 'snr', value, reference: 300, drop, interval: [drop, drop] as const };
    const one = variant('device-fp16', {
      quality: { ...quality, interval: [drop, drop], samples: 2, provenance: 'measured' },
    });
    const page = reportPage(report([one, variant('device-fp32', { ...one, id: 'device-fp32' })]));
    expect(page).not.toMatch(/NaN|Infinity/);
  });

  it('names the moved layers of a mixture', () => {
    const sensitivity = {
      bar: { maxDrop: 0.01, stated: false },
      metric: 'top1',
      noise: 0.02,
      noiseSamples: 32,
      judgedOn: 'evaluation' as const,
      judgeSamples: 100,
      layers: [
        { node: hostile, op: 'Conv', layers: 1, gain: 0.015, moved: true },
        { node: 'fc', op: 'Gemm', layers: 1, gain: 0, moved: false },
      ],
      tried: [{ moved: 1, bytes: 700, drop: 0.001, holds: true }],
    };
    const page = reportPage(report([variant('device-mixed', { sensitivity })]));
    expect(page).toContain('1 of 2 in 16 bit');
    expect(page).toContain('75.0%');
    expect(page).toContain('assumed as no bar was stated');
    expect(page).not.toContain('<script');
  });
});

it('markup escapes strings, keeps markup, and leaves out what is undefined', () => {
  const inner = html`<b>${'a & b'}</b>`;
  expect(html`<p title="${'"'}">${[inner, 3, undefined]}</p>`.text).toBe(
    '<p title="&quot;"><b>a &amp; b</b>3</p>',
  );
});

/** A build directory as `selvedge build` leaves it, of a few bytes: for tests of publishing. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildReport } from '@selvedge/forge';

export interface TinyBuildOptions {
  readonly family?: string;
  readonly version?: string;
  /** The model's bytes; another content is another model. */
  readonly model?: Uint8Array | string;
  /** Status of each variant: `fp32`, `fp16`, …. Default: one that passes. */
  readonly variants?: Readonly<Record<string, 'pass' | 'fail' | 'unproven' | 'skipped'>>;
  readonly createdAt?: string;
}

export async function tinyBuild(dir: string, options: TinyBuildOptions = {}): Promise<string> {
  const { model = 'model', variants = { fp32: 'pass' } } = options;
  await mkdir(join(dir, 'variants'), { recursive: true });
  const built = [];
  for (const [precision, status] of Object.entries(variants)) {
    const bytes = typeof model === 'string' ? `${model} ${precision}` : model;
    built.push(await tinyVariant(dir, precision, status, bytes));
  }
  await writeFile(join(dir, 'report.json'), JSON.stringify(reportOf(built, options)));
  return dir;
}

type Built = BuildReport['variants'][number];

async function tinyVariant(
  dir: string,
  precision: string,
  status: Built['status'],
  model: Uint8Array | string,
): Promise<Built> {
  const id = `device-${precision}`;
  const file = async (path: string, content: Uint8Array | string) => {
    await writeFile(join(dir, path), content);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    return { file: path, digest, bytes: content.length };
  };
  const made = status === 'skipped' ? undefined : await file(`variants/${id}.onnx`, model);
  const workload = { macs: 1, weightBytes: 4, activationBytes: 4, peakMemoryBytes: 8, nodes: 1 };
  return {
    id,
    tier: 'device',
    precision,
    engine: 'onnxruntime',
    targets: [],
    file: made?.file ?? null,
    digest: made?.digest ?? null,
    bytes: made?.bytes ?? null,
    status,
    reason: `it is ${status}`,
    quality: null,
    latency: null,
    estimates: [],
    fallback: { nodes: null, share: null },
    opset: made ? 17 : null,
    workload: made ? workload : null,
    golden: made ? await file(`variants/${id}.golden.json`, '{}') : null,
    notes: [],
    warnings: [],
  };
}

function reportOf(variants: Built[], options: TinyBuildOptions): BuildReport {
  const digest = `sha256:${'0'.repeat(64)}`;
  const source = { file: 'model.onnx', digest, bytes: 1, nodes: 1, parameters: 1 };
  return {
    apiVersion: 'selvedge.dev/v1',
    kind: 'BuildReport',
    family: options.family ?? 'acme/glyphs',
    version: options.version ?? '1.0.0',
    createdAt: options.createdAt ?? '2026-11-20T12:00:00Z',
    model: source,
    sources: { device: source },
    inputs: [{ name: 'x', type: 'float32', shape: [1] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1] }],
    evaluation: null,
    bars: {},
    variants,
    policy: { labels: { private: 'device' } },
    toolchain: {
      selvedge: '0.1.0',
      engine: { name: 'none', version: '0', threads: 1 },
      node: 'v24',
      platform: 'test',
    },
  };
}

import { readFileSync } from 'node:fs';

/** One published latency. */
export interface Latency {
  /** `model` or `model/component`, as the architectures name it. */
  readonly id: string;
  readonly device: string;
  readonly runtime: string;
  readonly precision: string;
  readonly ms: number;
  readonly layers: { readonly npu: number; readonly gpu: number; readonly cpu: number };
}

/**
 * Reads AI Hub's latencies (quic/ai-hub-models v0.46.1). Jobs that failed were never published:
 * what is here are the survivors.
 */
export function readLatencies(file: string, ids: ReadonlySet<string>): Latency[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const of = (column: string) => cells[columns.indexOf(column)] ?? '';
    const model = of('model');
    return {
      id: ids.has(model) ? model : `${model}/${of('component')}`,
      device: of('device'),
      runtime: of('runtime'),
      precision: of('precision'),
      ms: Number(of('latencyMs')),
      layers: {
        npu: Number(of('layersNpu')),
        gpu: Number(of('layersGpu')),
        cpu: Number(of('layersCpu')),
      },
    };
  });
}

/** The providers that can really run here, and how each is asked. */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { ortNodeSessions } from './ort-node.ts';
import { ortWebSessions } from './ort-web.ts';
import type { Sessions } from './sessions.ts';

export interface Runtime {
  /** Of the committed truth. */
  readonly id: string;
  /** As a support list names it. */
  readonly provider: string;
  /** As ONNX Runtime's log names it. */
  readonly logged: string;
  /** In words. */
  readonly name: string;
  open(): Promise<Sessions>;
}

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(findPackageJSON(name, import.meta.url)!, 'utf8')) as { version: string })
    .version;
const [node, web, chromium] = [
  versionOf('onnxruntime-node'),
  versionOf('onnxruntime-web'),
  versionOf('@sparticuz/chromium'),
];

export const runtimes: readonly Runtime[] = [
  {
    id: `cpu-${node}`,
    provider: 'cpu',
    logged: 'CPUExecutionProvider',
    name: `onnxruntime-node ${node}, CPU`,
    open: () => ortNodeSessions('cpu'),
  },
  {
    id: `webgpu-${node}`,
    provider: 'webgpu',
    logged: 'WebGpuExecutionProvider',
    name: `onnxruntime-node ${node}, WebGPU on SwiftShader`,
    open: () => ortNodeSessions('webgpu'),
  },
  {
    id: `webgpu-web-${web}`,
    provider: 'webgpu',
    logged: 'WebGpuExecutionProvider',
    name: `onnxruntime-web ${web}, WebGPU in Chromium ${chromium} on SwiftShader`,
    open: () => ortWebSessions('webgpu'),
  },
  {
    id: `webnn-${web}`,
    provider: 'webnn',
    logged: 'WebNNExecutionProvider',
    name: `onnxruntime-web ${web}, WebNN in Chromium ${chromium}`,
    open: () => ortWebSessions('webnn-cpu'),
  },
];

import type { PartitionPolicy } from '@selvedge/onnx';

/** How a provider of the catalogue is judged. */
export interface ProviderEntry {
  /** The provider whose list applies; absent where none is published. */
  readonly list?: string;
  readonly policy: PartitionPolicy;
  /** Why nothing is known, where there is no list. */
  readonly reason?: string;
}

const groups: PartitionPolicy = { cut: 'groups' };

/** By the names that chips of the catalogue use. */
export const providers: Readonly<Record<string, ProviderEntry>> = {
  cpu: { list: 'cpu', policy: groups },
  // ONNX Runtime Web's WebAssembly build runs the kernels of the CPU provider.
  wasm: { list: 'cpu', policy: groups },
  coreml: { list: 'coreml', policy: groups },
  nnapi: { list: 'nnapi', policy: groups },
  qnn: { list: 'qnn', policy: groups },
  openvino: { list: 'openvino', policy: groups },
  webnn: { list: 'webnn', policy: groups },
  webgpu: { list: 'webgpu', policy: groups },
  tensorrt: { list: 'tensorrt', policy: groups },
  'ethos-u': { list: 'ethos-u', policy: groups },
  edgetpu: { list: 'edgetpu', policy: { cut: 'one-cut' } },
  rknpu: { list: 'rknpu', policy: groups },
  hailo: {
    policy: groups,
    reason: "Hailo's list of operators is for registered users of its compiler; none is published",
  },
  vitisai: {
    policy: groups,
    reason: 'AMD publishes no list of the operators that its Vitis AI provider compiles',
  },
};

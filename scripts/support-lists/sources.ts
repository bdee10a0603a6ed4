/** Where every list comes from. A new version of a provider is a new line here, then `import.ts`. */

/** A file at one commit of a public repository, or of a published package's version. */
export interface SourceFile {
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** The file in this directory that holds it, where it is an answer and no file of theirs. */
  readonly kept?: string;
}

const onnxRuntime = (path: string): SourceFile => ({
  repository: 'microsoft/onnxruntime',
  commit: 'e2f19fd16c1db08609ca22a6980c1fd8a6432f23',
  path,
});
const qnn = (path: string): SourceFile => ({
  repository: 'onnxruntime/onnxruntime-qnn',
  commit: 'cee6c0d91e583d43f5ecef6391e93c19b4042c0f',
  path,
});
const onnx = (path: string): SourceFile => ({
  repository: 'onnx/onnx',
  commit: 'f7546912001bc31e92a238b17068a21b373d882e',
  path,
});

/** The operator sets: which versions each operator has, and its parameters. */
export const changelog = {
  '': onnx('docs/Changelog.md'),
  'ai.onnx.ml': onnx('docs/Changelog-ml.md'),
};
/** The same in C++, where it is told which operators are functions. */
export const definitions = onnx('onnx/defs');

export const sources = {
  cpu: [
    onnxRuntime('docs/OperatorKernels.md'),
    onnxRuntime('onnxruntime/contrib_ops/cpu/cpu_contrib_kernels.cc'),
    // What an operator that is a function is made of stands in its tests.
    { repository: 'onnx/onnx', commit: 'v1.21.0', path: 'onnx/backend/test/data/node' },
  ],
  webgpu: [
    onnxRuntime('onnxruntime/core/providers/webgpu'),
    onnxRuntime('onnxruntime/contrib_ops/webgpu'),
  ],
  webnn: [
    { repository: 'npm:onnxruntime-web', commit: '1.30.0', path: 'docs/webnn-operators.md' },
    // What a browser answered: asked once, and kept in this repository.
    {
      repository: 'npm:@sparticuz/chromium',
      commit: '153.0.0',
      path: 'MLContext.opSupportLimits()',
      kept: 'webnn-limits.json',
    },
  ],
  coreml: [onnxRuntime('tools/ci_build/github/apple/coreml_supported_mlprogram_ops.md')],
  nnapi: [onnxRuntime('tools/ci_build/github/android/nnapi_supported_ops.md')],
  qnn: [
    qnn('onnxruntime/core/providers/qnn/builder/op_builder_factory.cc'),
    {
      repository: 'microsoft/winml-cli',
      commit: '0876e5ae1c98a169a6137e092e0d7b30bf9cee33',
      path: 'src/winml/modelkit/analyze/rules/information_rules/QNNExecutionProvider_NPU_from_doc.json',
    },
    qnn('onnxruntime/core/providers/qnn/builder/opbuilder'),
  ],
  openvino: [onnxRuntime('onnxruntime/core/providers/openvino/ov_versions/data_ops.cc')],
  tensorrt: [
    {
      repository: 'onnx/onnx-tensorrt',
      commit: '96e781103cfc4adf4a6bb557e94bac8e693f6f4c',
      path: 'docs/operators.md',
    },
  ],
  'ethos-u': [
    // The newest report that stands in a repository; Arm's releases (5.2) make theirs when asked.
    {
      repository: 'nxp-imx/ethos-u-vela',
      commit: 'a6f65663db123c131cdd12aab6aad9a50470d5c0',
      path: 'SUPPORTED_OPS.md',
    },
  ],
  edgetpu: [
    {
      repository: 'dgist-datalab/Datalab_Intern',
      commit: 'fc0ee50ef177ca23507c007154c560113aa85879',
      path: 'Edge_TPU/convert_model_for_Edge_TPU.md',
    },
  ],
  rknpu: [
    {
      repository: 'airockchip/rknn-toolkit2',
      commit: '59a913d172e7f5ff03c9076e2ec7b1b1288ffd08',
      path: 'doc/RKNNToolKit2_OP_Support-2.3.2.md',
    },
  ],
} satisfies Record<string, readonly SourceFile[]>;

/** Read out of `WebGpuExecutionProvider::GetCapability` and the kernels' own checks. */
import type { Condition } from '@selvedge/onnx';

export const webgpu: Readonly<Record<string, readonly Condition[]>> = {
  'com.microsoft:Attention': [
    { absent: 3 },
    { absent: 4 },
    { absent: 6 },
    { outputCount: { max: 1 } },
    { attr: 'past_present_share_buffer', is: { in: [0] } },
  ],
};

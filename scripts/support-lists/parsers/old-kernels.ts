/** `cpu_contrib_kernels.cc` of ONNX Runtime: kernels that the default domain had before ONNX did. */
import type { DataTypeName } from '@selvedge/onnx';
import { sortTypes, typeNamed } from '../types.ts';

export interface OldKernel {
  readonly op: string;
  readonly since: number;
  readonly until: number;
  /** Of all parameters; undefined where the registration names none. */
  readonly types?: readonly DataTypeName[];
}

/**
 * ONNX Runtime's own schemas of the default domain that ONNX took over later: their kernels are
 * registered with an end, and no table of kernels lists them.
 */
export function readOldKernels(text: string): OldKernel[] {
  const found = new Map<string, OldKernel>();
  const lines = text.matchAll(
    /^class ONNX_OPERATOR_VERSIONED_(?:TYPED_)?KERNEL_CLASS_NAME\(kCpuExecutionProvider, kOnnxDomain, (\d+), (\d+), (?:(\w+), )?(\w+)\);/gm,
  );
  for (const [, since, until, word, op] of lines) {
    const known = found.get(op!);
    const type = word === undefined ? undefined : typeNamed(word);
    found.set(op!, {
      op: op!,
      since: Number(since),
      until: Number(until),
      ...(type && { types: sortTypes([...(known?.types ?? []), type]) }),
    });
  }
  return [...found.values()];
}

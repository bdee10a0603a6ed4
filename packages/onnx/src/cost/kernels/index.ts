export { type KernelClass, kernelClassOf } from './kernel-class.ts';
export { kernelsOf, type NodeKernel } from './kernels.ts';

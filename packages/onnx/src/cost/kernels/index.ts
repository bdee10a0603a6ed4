export { type KernelClass, kernelClassOf } from './kernel-class.ts';
export { kernelsOf, type NodeKernel, sumKernels } from './kernels.ts';

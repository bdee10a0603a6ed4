export { convertElements } from './convert.ts';
export type { Dataset, DatasetOptions } from './dataset.ts';
export { sliceElements } from './elements.ts';
export { fileNameOf } from './file-name.ts';
export { readNpy, writeNpy } from './npy.ts';
export { readNpz, writeNpz } from './npz.ts';
export { readDataset } from './read-dataset.ts';
export type { Sequence, SequenceFile } from './sequence.ts';
export { type WrittenDataset, writeDataset } from './write-dataset.ts';

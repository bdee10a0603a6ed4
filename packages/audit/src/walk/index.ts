export { type FileEntry, type Skipped, walkFiles } from './files.ts';
export { fileIsNotOurs, pathIsTest } from './not-ours.ts';

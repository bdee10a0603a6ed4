export { type FileEntry, type Skipped, walkFiles } from './files.ts';
export { fileIsNotOurs } from './not-ours.ts';

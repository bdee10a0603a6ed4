export { type FileDigests, hashFile, openFileDigests } from './file-digests.ts';
export {
  type BuildInput,
  type BuildInputs,
  isAuthors,
  listInputs,
  throwIfAborted,
} from './input-files.ts';
export { refuseInsideOut } from './refuse-inside-out.ts';
export { checkUnchanged, type Stamps, stampInputs } from './stamps.ts';

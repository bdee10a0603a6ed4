export { explainDiskFailure } from './disk-failure.ts';
export { type FileLock, takeFile } from './file-lock.ts';
export { makeDirectories } from './make-directories.ts';
export { entries, moveIntoPlace, takeBack } from './move-into-place.ts';

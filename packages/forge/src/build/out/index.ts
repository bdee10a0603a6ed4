export { explainDiskFailure } from './disk-failure.ts';
export { type FileLock, takeFile } from './file-lock.ts';
export { makeDirectories } from './make-directories.ts';
export { entries, moveIntoPlace, stagingFolder, takeBack } from './move-into-place.ts';
export { refuseForeign } from './refuse-foreign.ts';

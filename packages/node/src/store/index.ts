export { type DataDir, type DataDirOptions, openDataDir } from './data-dir.ts';
export { type DirectoryLock, lockDirectory } from './directory-lock.ts';
export { directoryStore } from './directory-store.ts';
export { diskError, isMissing } from './disk-error.ts';
export { type Journal, type JournalOptions, openJournal } from './journal.ts';
export * from './ports.ts';
export { makeDirectory, syncDirectory } from './sync-directory.ts';
export { temporarySuffix, writeDurably } from './write-durably.ts';

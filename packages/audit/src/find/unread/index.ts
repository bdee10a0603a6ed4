export { addressNames } from './address-names.ts';
export { clientFields, clientNames } from './client-names.ts';
export { indexFilesOf } from './index-files.ts';
export { callsOfOpened } from './opened-packages.ts';

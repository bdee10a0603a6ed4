export { initKeys, type MadeKey } from './init-keys.ts';
export { type KeyDirectory, type KeyRole, openKeys, parseRoot } from './key-directory.ts';

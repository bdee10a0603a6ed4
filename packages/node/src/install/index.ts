export { openInstaller } from './installer.ts';
export * from './ports.ts';

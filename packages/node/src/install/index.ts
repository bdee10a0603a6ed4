export { openInstaller } from './installer.ts';
export { type PollLoop, pollLoop } from './poll-loop.ts';
export * from './ports.ts';

export { type Environment, readEnvironment } from './environment.ts';
export { frozenConfig } from './frozen-config.ts';
export { parsePort } from './port.ts';
export { Secret } from './secret.ts';

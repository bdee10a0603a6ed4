export { type Environment, readEnvironment } from './environment.ts';
export { parsePort } from './port.ts';
export { Secret } from './secret.ts';

export { applicationBy, applicationSign, extensionSign } from './application.ts';
export { declaredSign, isEntryPoint } from './declared.ts';
export { type GivenByName, givenByName } from './given-by-name.ts';
export { loopSign } from './loops.ts';
export { namedSign, pathSign } from './names.ts';
export type { SyncSign } from './sign.ts';
export { isJoined, startedBy } from './started.ts';

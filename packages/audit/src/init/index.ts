export { type Draft, draftsFor } from './draft.ts';
export { ownerFrom } from './owner.ts';

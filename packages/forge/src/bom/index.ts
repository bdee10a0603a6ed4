export { type BomOptions, bomType, mlBomOf } from './ml-bom.ts';

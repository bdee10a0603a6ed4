export { type BomOptions, mlBomOf } from './ml-bom.ts';

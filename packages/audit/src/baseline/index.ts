export { againstBaseline } from './baseline.ts';

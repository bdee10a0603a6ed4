export { fixModel } from './fix-model.ts';

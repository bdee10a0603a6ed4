export { type Telling, tellingOf } from './telling.ts';
export { wordsOf } from './words.ts';

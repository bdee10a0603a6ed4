export { type Telling, type TellingOf, tellingByLanguage } from './telling.ts';
export { wordsOf } from './words.ts';

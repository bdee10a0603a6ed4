export { type Telling, type TellingOf, tellingByLanguage, tellingOf } from './telling.ts';
export { wordsOf } from './words.ts';

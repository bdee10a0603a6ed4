export type * from './code.ts';
export { pathOf, rootOf } from './code.ts';
export { type Language, type LanguageId, languageOf, languages } from './languages.ts';
export { languageNotRead } from './not-read.ts';
export { loadParser, type Parse, parserPackage } from './parsers.ts';
export { readCode } from './read-code.ts';

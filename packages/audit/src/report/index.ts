export { markdownOf } from './markdown.ts';
export { auditPage } from './page/audit-page.ts';
export { sarifOf } from './sarif.ts';
export {
  baselineSentence,
  missingOf,
  notReadSentence,
  partlyPlace,
  partlySentence,
  serviceOf,
  severities,
  skippedSentence,
  summarySentence,
  waitsWord,
} from './words.ts';

import type { LanguageId } from '../language/languages.ts';

/** The languages in which a request is an object: one place builds it, another sends it. */
export type RequestLanguage = 'java' | 'kotlin' | 'swift' | 'csharp';

/** Whether a language is one of them: in the others, the call that sends says what. */
export const sendsRequests = (language: LanguageId): language is RequestLanguage =>
  /^(java|kotlin|swift|csharp)$/.test(language);

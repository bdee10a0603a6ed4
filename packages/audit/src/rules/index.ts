export { loadRules, ownRules } from './load.ts';
export { type CallMatch, type RuleBook, ruleBook } from './match.ts';
export type {
  CallRule,
  DataKind,
  Example,
  LanguageRule,
  ProviderRule,
  SdkDefaults,
} from './rule.ts';

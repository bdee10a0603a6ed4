import type { LanguageId } from '../language/languages.ts';
import type { CallRule, ProviderRule } from './rule.ts';

export interface CallMatch {
  readonly provider: ProviderRule;
  readonly call: CallRule;
}

/** Rules made ready to be asked about modules, calls and addresses. */
export interface RuleBook {
  readonly providers: readonly ProviderRule[];
  /** Providers that a module belongs to, the most exact first. */
  ofModule(language: LanguageId, module: string): readonly ProviderRule[];
  /** The call that a path after the module is: `['OpenAI', 'chat', 'completions', 'create']`. */
  callOf(
    provider: ProviderRule,
    language: LanguageId,
    path: readonly string[],
  ): CallRule | undefined;
  /** Calls whose names alone tell. */
  distinctive(language: LanguageId, path: readonly string[]): readonly CallMatch[];
}

export function ruleBook(providers: readonly ProviderRule[]): RuleBook {
  return {
    providers,
    ofModule: (language, module) =>
      providers
        .map((provider) => ({ provider, length: lengthWithin(module, provider, language) }))
        .filter(({ length }) => length > 0)
        .sort((a, b) => b.length - a.length)
        .map(({ provider }) => provider),
    callOf: (provider, language, path) =>
      provider.languages[language]?.calls.find((call) => endsWith(path, call.path)),
    distinctive: (language, path) =>
      providers.flatMap((provider) =>
        (provider.languages[language]?.calls ?? [])
          .filter((call) => call.distinctive && endsWith(path, call.path))
          .map((call) => ({ provider, call })),
      ),
  };
}

const lengthWithin = (module: string, { languages }: ProviderRule, language: LanguageId): number =>
  Math.max(
    0,
    ...(languages[language]?.packages ?? []).map((name) =>
      isWithin(module, name) ? name.length : 0,
    ),
  );

/** `openai` holds `openai`, `openai/resources`, `openai.types`, `openai::types`; not `openai-fake`. */
function isWithin(module: string, name: string): boolean {
  if (!module.startsWith(name)) return false;
  const next = module.at(name.length);
  return next === undefined || next === '/' || next === '.' || next === ':';
}

function endsWith(path: readonly string[], wanted: readonly string[]): boolean {
  const from = path.length - wanted.length;
  if (from < 0) return false;
  return wanted.every((part, at) => part === '*' || sameName(path[from + at] ?? '', part));
}

/** `create*` stands for every name that begins so. */
const sameName = (found: string, wanted: string): boolean =>
  wanted.endsWith('*') ? found.startsWith(wanted.slice(0, -1)) : found === wanted;

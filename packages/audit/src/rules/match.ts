import type { LanguageId } from '../language/languages.ts';
import type { CallRule, ProviderRule } from './rule.ts';

export interface CallMatch {
  readonly provider: ProviderRule;
  readonly call: CallRule;
}

/** Rules made ready to be asked about modules, calls and addresses. */
export interface RuleBook {
  readonly providers: readonly ProviderRule[];
  /** Providers that a module belongs to. */
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
      providers.filter(({ languages }) =>
        languages[language]?.packages.some((name) => isWithin(module, name)),
      ),
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

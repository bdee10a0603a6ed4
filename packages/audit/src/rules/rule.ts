import type { LanguageId } from '../language/languages.ts';

export type DataKind = 'text' | 'image' | 'audio' | 'video' | 'tabular' | 'document' | 'tensor';

/** A call that sends something to a model: its path after the package, `*` for one name. */
export interface CallRule {
  readonly path: readonly string[];
  readonly data?: DataKind;
  /** So telling that its receiver need not be traced, where the file or codebase uses the package. */
  readonly distinctive: boolean;
}

export interface LanguageRule {
  /** Modules, by the prefix that ends at a separator. */
  readonly packages: readonly string[];
  readonly calls: readonly CallRule[];
  readonly defaults?: SdkDefaults;
}

/** What one of the packages does where nobody says otherwise. */
export interface SdkDefaults {
  readonly package: string;
  readonly timeoutSeconds?: number;
  /** Attempts after the first. */
  readonly retries?: number;
  /** The page that says so. */
  readonly source: string;
}

export interface Example {
  readonly yes: string;
  readonly no: string;
}

/** What is known of one provider: a file under `rules/`. */
export interface ProviderRule {
  readonly name: string;
  readonly title: string;
  /** `local`: an engine on the machine itself, listed apart. `server`: a model server of one's own. */
  readonly kind: 'service' | 'server' | 'local';
  readonly data: DataKind;
  readonly languages: Readonly<Partial<Record<LanguageId, LanguageRule>>>;
  /** Host names, `*` for one or more of its parts. */
  readonly hosts: readonly string[];
  /** Paths of a URL that tell, whatever the host: `/v2/models/*​/infer`. */
  readonly paths: readonly string[];
  /** Paths that anybody's server may have: they tell in a file that names the provider. */
  readonly commonPaths: readonly string[];
  /** Paths that say plainly that a model is asked, at a whole address of somebody else’s host. */
  readonly plainPaths: readonly string[];
  /** Headers of a request, in lower case, that only its API takes: `anthropic-version`. */
  readonly headers: readonly string[];
  /** Fields that stand together in the bodies of its requests. */
  readonly bodies: readonly (readonly string[])[];
  /** Environment variables that hold its address. */
  readonly environment: readonly string[];
  /** Names of what makes a client for it, whosever the package is: `DefaultAzureConfig`. */
  readonly clients: readonly string[];
  /** The rule that a client of its packages is for, where it is made for a host that no rule knows. */
  readonly elsewhere?: string;
  /** What else people call it, in names of classes and variables: `gpt`, `claude`. */
  readonly names: readonly string[];
  readonly examples: Readonly<Partial<Record<LanguageId, Example>>>;
}

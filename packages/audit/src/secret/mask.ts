/** A key of a provider, by how it begins. */
interface KeyShape {
  readonly service: string;
  readonly pattern: RegExp;
}

/** Prefixes as the providers publish them, the more telling first. */
export const keyShapes: readonly KeyShape[] = [
  { service: 'anthropic', pattern: /\bsk-ant-[\w-]{20,}/g },
  { service: 'openrouter', pattern: /\bsk-or-[\w-]{20,}/g },
  {
    service: 'openai',
    pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9][\w-]{18,}[A-Za-z0-9]/g,
  },
  { service: 'google', pattern: /\bAIza[\w-]{30,}/g },
  { service: 'huggingface', pattern: /\bhf_[A-Za-z0-9]{24,}/g },
  { service: 'groq', pattern: /\bgsk_[A-Za-z0-9]{20,}/g },
  { service: 'replicate', pattern: /\br8_[A-Za-z0-9]{20,}/g },
  { service: 'xai', pattern: /\bxai-[A-Za-z0-9]{20,}/g },
  { service: 'perplexity', pattern: /\bpplx-[A-Za-z0-9]{20,}/g },
  { service: 'nvidia-nim', pattern: /\bnvapi-[\w-]{20,}/g },
  { service: 'fireworks', pattern: /\bfw_[A-Za-z0-9]{20,}/g },
  { service: 'aws', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { service: 'github', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})/g },
];

/** What is assigned to a name that says it is secret: `apiKey: "…"`, `Authorization: Bearer …`. */
const assigned =
  /((?:api[-_]?key|token|secret|password|passwd|credential|authorization|subscription[-_]?key|bearer)[\w-]*["'`\]]*\s*(?:[:=,]|=>|:=|\()\s*["'`]?(?:Bearer\s+|Basic\s+)?)([\w\-./+=]{16,})/gi;

/** `key=…` and its kin in an address, and a password before its host. */
const inAddress =
  /([?&](?:key|api[-_]?key|token|access_token|sig|subscription-key)=)([^&\s"'`]{8,})/gi;
const beforeHost = /(:\/\/[^\s/:@"'`]+:)([^\s/@"'`]{3,})(?=@)/g;

/** A run that chance made, whatever stands before it: hexadecimal, base 64, or a UUID. */
const byChance =
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<![\w+/=-])(?:eyJ[\w-]+\.[\w-]+\.[\w-]+|[A-Za-z0-9+/_]{28,}={0,2})(?![\w+/=])/g;
const isByChance = (value: string): boolean =>
  (value.match(/\d/g)?.length ?? 0) >= 3 &&
  !/^[/\w]*\/[a-z_]{4,}\//.test(value) &&
  looksSecret(value);

/** A text without the secrets that it holds: their first characters, then stars. */
export function masked(text: string): string {
  let safe = text;
  for (const { pattern } of keyShapes) safe = safe.replace(pattern, maskedKey);
  for (const pattern of [assigned, inAddress])
    safe = safe.replace(pattern, (whole, before: string, value: string) =>
      looksSecret(value) ? before + maskedKey(value) : whole,
    );
  safe = safe.replace(byChance, (value) => (isByChance(value) ? maskedKey(value) : value));
  return safe.replace(beforeHost, (_, before: string) => `${before}***`);
}

/** As much as tells one key from another, and no more. */
export const maskedKey = (key: string): string =>
  `${key.slice(0, /^[a-zA-Z]{1,6}[-_]/.exec(key)?.[0].length ?? 4)}***`;

/** Keys are made by chance: letters and digits mixed. Names, paths and placeholders are not. */
export const looksSecret = (value: string): boolean =>
  /\d/.test(value) &&
  /[a-z]/i.test(value) &&
  !/^(process|os|env|config|self|this|settings)\b/.test(value) &&
  !/(.)\1{5}|x{4}|your|example|placeholder|dummy|fake|test|<|1234567/i.test(value) &&
  (uuid.test(value) || !/^[a-z]+([-_./][a-z0-9]{1,12})+$/.test(value));

/** Of RFC 9562; one that begins with eight letters looks like words with hyphens otherwise. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

import { fail } from '@selvedge/core/errors';
import { type LogLevel, logLevels } from '../telemetry/index.ts';
import { Secret } from './secret.ts';

/** What the environment may say. Entry points read it once and pass on what is needed. */
export interface Environment {
  /** `SELVEDGE_TOKEN`: the bearer token for a hub. */
  readonly token?: Secret;
  /** `SELVEDGE_DEBUG=1`: stack traces on errors. */
  readonly debug: boolean;
  /** `SELVEDGE_LOG`: `debug`, `info`, `warn`, `error` or `silent`. */
  readonly logLevel?: LogLevel;
  /** `SELVEDGE_TRACE_FILE`: finished spans are appended here. */
  readonly traceFile?: string;
}

/**
 * Reads the environment: raw text → checked → frozen. Malformed values are errors, not defaults.
 *
 * @throws SelvedgeError `usage` naming the variable and what was expected
 */
export function readEnvironment(raw: Readonly<Record<string, string | undefined>>): Environment {
  const token = given(raw, 'SELVEDGE_TOKEN');
  const logLevel = oneOf(raw, 'SELVEDGE_LOG', logLevels);
  const traceFile = given(raw, 'SELVEDGE_TRACE_FILE');
  return Object.freeze({
    debug: oneOf(raw, 'SELVEDGE_DEBUG', ['0', '1'] as const) === '1',
    ...(token ? { token: new Secret(token.trim()) } : {}),
    ...(logLevel ? { logLevel } : {}),
    ...(traceFile ? { traceFile } : {}),
  });
}

/** An empty variable counts as unset, as shells write it. */
function given(
  raw: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const value = raw[name];
  return value === '' ? undefined : value;
}

function oneOf<T extends string>(
  raw: Readonly<Record<string, string | undefined>>,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = given(raw, name);
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
  return fail('usage', `${name} is "${value}"`, { hint: `set it to one of ${allowed.join(', ')}` });
}

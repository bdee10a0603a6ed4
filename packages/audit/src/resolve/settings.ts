/** What configuration files say: values by the last part of their key, or a variable's name. */
export interface Settings {
  of(name: string): string[];
  /** Keys as they are written, with their values. */
  entries(): (readonly [key: string, value: string])[];
}

/** The files that are read for settings. */
export const isSettingsFile = (path: string): boolean => {
  const name = path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.(template|example|sample|dist)$/, '');
  return (
    /^\.env(\..+)?$|\.env$/.test(name) ||
    /\.(ya?ml|toml|properties|ini|plist)$/i.test(name) ||
    /^(appsettings|config|settings|default|development|production|local)[\w.-]*\.json$/i.test(name)
  );
};

/**
 * Reads settings from files of many formats by what they have in common: a key and an address on
 * one line. Only addresses are kept, so that no secret is.
 */
export function readSettings(texts: Iterable<string>): Settings {
  const values = new Map<string, Set<string>>();
  const written: [string, string][] = [];
  for (const text of texts)
    for (const [, key = '', value = ''] of text.matchAll(line)) {
      const name = key.slice(Math.max(key.lastIndexOf('.'), key.lastIndexOf(':')) + 1);
      written.push([name, value]);
      const found = values.get(canonical(name)) ?? new Set();
      values.set(canonical(name), found.add(value));
    }
  return {
    of: (name) => [...(values.get(canonical(name)) ?? [])],
    entries: () => written,
  };
}

const line =
  /^[\s\-"']*(?:export\s+)?([A-Za-z_][\w.:-]*)["']?\s*[:=]\s*["']?(?:\$\{[\w.]+:-?)?(https?:\/\/[^\s"'},]+)/gm;

/** `api-url`, `apiUrl`, `API_URL` are one name to most configuration libraries. */
const canonical = (name: string): string =>
  name
    .slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf(':')) + 1)
    .replace(/[-_]/g, '')
    .toLowerCase();

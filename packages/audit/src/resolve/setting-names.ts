/** A name that every second type has is a setting's only where its object says so. */
export const isSetting = (path: readonly string[]): boolean =>
  !everyday.test(path.at(-1) ?? '') || path.slice(0, -1).some((part) => holdsSettings.test(part));

const everyday = /^(base|api|server)?[-_]?(url|uri|endpoint|host|address|base)$/i;
const holdsSettings = /config|settings?|conf$|cfg|options?|propert|props|env|app$|^this$/i;

/** `process.env.X`, `import.meta.env.X`, `os.environ["X"]`, `ENV['X']`, `processInfo.environment["X"]`. */
export function environmentOf(path: readonly string[]): string | undefined {
  const at = path.findIndex((part) => /^(env|environ|ENV|environment)$/.test(part));
  return at >= 0 && at === path.length - 2 ? path.at(-1) : undefined;
}

export function asksForSetting(path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  if (
    /^(getenv|Getenv|LookupEnv|GetEnvironmentVariable|env_var|getProperty|getString|GetString|GetValue)$/.test(
      last,
    )
  )
    return true;
  const before = path.at(-2) ?? '';
  if (path.length === 1 && /^(env|config)$/.test(last)) return true;
  return (
    (last === 'get' && /^(environ|env|config|configService|settings|conf)$/i.test(before)) ||
    (last === 'var' && before === 'env')
  );
}

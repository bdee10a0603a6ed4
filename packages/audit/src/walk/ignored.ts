import ignore, { type Ignore } from 'ignore';

/** What the `.gitignore` files from the root down to one directory say. */
export interface IgnoreRules {
  /** @param path relative to the audited directory, with a `/` at its end for a directory */
  ignores(path: string): boolean;
  /** The rules below a directory, which may have a `.gitignore` of its own. */
  within(directory: string, gitignore: string | undefined): IgnoreRules;
}

interface Level {
  readonly directory: string;
  readonly rules: Ignore;
}

export const noRules: IgnoreRules = rulesOf([]);

/** The deepest file that says something about a path decides (gitignore(5), "Pattern format"). */
function rulesOf(levels: readonly Level[]): IgnoreRules {
  return {
    ignores(path) {
      for (const { directory, rules } of levels.toReversed()) {
        const inside = directory === '' ? path : path.slice(directory.length + 1);
        const { ignored, unignored } = rules.test(inside);
        if (ignored) return true;
        if (unignored) return false;
      }
      return false;
    },
    within(directory, gitignore) {
      if (gitignore === undefined) return this;
      return rulesOf([...levels, { directory, rules: ignore().add(gitignore) }]);
    },
  };
}

import ignore, { type Ignore } from 'ignore';

/** What the `.gitignore` files from the root down to one directory say. */
export interface IgnoreRules {
  /** @param path relative to the audited directory, with a `/` at its end for a directory */
  ignores(path: string): boolean;
  /** The rules below a directory, which may have a `.gitignore` of its own. */
  within(directory: string, gitignore: string | undefined): IgnoreRules;
}

interface Level {
  /** A path of the audited directory as this file sees it. */
  inside(path: string): string;
  readonly rules: Ignore;
}

export const noRules: IgnoreRules = rulesOf([]);

const directoryOf = (path: string): string =>
  path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);

const isIgnored = (rules: Ignore, directory: string): boolean =>
  directory !== '' && rules.ignores(directory);

/** The deepest file that says something about a path decides (gitignore(5), "Pattern format"). */
function rulesOf(levels: readonly Level[]): IgnoreRules {
  return {
    ignores(path) {
      for (const { inside, rules } of levels.toReversed()) {
        const here = inside(path);
        // The walk is in a directory that a deeper file took back.
        if (isIgnored(rules, directoryOf(here))) continue;
        const { ignored, unignored } = rules.test(here);
        if (ignored) return true;
        if (unignored) return false;
      }
      return false;
    },
    within(directory, gitignore) {
      if (gitignore === undefined) return this;
      const inside = (path: string) => (directory === '' ? path : path.slice(directory.length + 1));
      return rulesOf([...levels, { inside, rules: ignore().add(gitignore) }]);
    },
  };
}

/**
 * What the `.gitignore` files above the audited directory say, where it is part of a repository.
 * None where they ignore the directory itself: somebody wants it audited all the same.
 *
 * @param above how the directory is called from each such file, the topmost first
 */
export function rulesAbove(
  above: readonly { readonly prefix: string; readonly gitignore: string }[],
): IgnoreRules {
  const levels = above.map(({ prefix, gitignore }) => ({
    inside: (path: string) => `${prefix}/${path}`,
    rules: ignore().add(gitignore),
  }));
  const isWanted = above.some(({ prefix }, at) => levels[at]?.rules.ignores(`${prefix}/`));
  return isWanted ? noRules : rulesOf(levels);
}

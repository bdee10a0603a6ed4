import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { labelledRepositories } from './repositories.ts';

/**
 * Clones the labelled repositories at their commits into a directory: `node
 * tests/audit/fetch-repositories.ts DIR [LABELS]`. With `SELVEDGE_AUDIT_REPOSITORIES=DIR` the test scores them.
 */
const [directory, labels] = process.argv.slice(2);
if (!directory) {
  console.error('usage: node tests/audit/fetch-repositories.ts DIR [LABELS]');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
for (const { name, repository, commit } of labelledRepositories(labels)) {
  const target = join(directory, name);
  if (existsSync(target)) continue;
  const git = (...args: string[]) => execFileSync('git', args, { stdio: 'inherit' });
  git('init', '--quiet', target);
  git('-C', target, 'fetch', '--quiet', '--depth', '1', repository, commit);
  git('-C', target, 'checkout', '--quiet', 'FETCH_HEAD');
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';

/** Whoever names a directory means the blueprint in it. @throws SelvedgeError `usage` naming that */
export function refuseDirectory(command: string, input: string): void {
  const blueprint = join(input, 'selvedge.yaml');
  if (existsSync(blueprint))
    fail('usage', `${input} is a directory`, {
      hint: `give its blueprint: selvedge ${command} ${blueprint}`,
    });
}

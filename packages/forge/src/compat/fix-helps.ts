import type { Finding } from './verdict.ts';

/** Whether `selvedge build --fix` changes something of what stands in the way, by its hints. */
export const fixHelps = ({ unsupported }: { readonly unsupported: readonly Finding[] }): boolean =>
  unsupported.some(({ hint = '' }) => /^(?:--fix says|fix the free)/.test(hint));

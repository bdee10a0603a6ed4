import type { Scope } from '@selvedge/core/api';

/** Whether a token with `scopes` may do what asks for `wanted`. */
export function allows(scopes: readonly Scope[], wanted: Scope): boolean {
  if (scopes.includes('admin') || scopes.includes(wanted)) return true;
  // Who publishes a family may see how it fares.
  return wanted === 'read' && scopes.includes('publish');
}

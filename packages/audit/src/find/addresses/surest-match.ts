import type { AddressMatch, MatchAddress } from './address.ts';

/**
 * Whose the surest of several addresses is, and which one that is: a host says more than the path
 * that is added to it.
 */
export function surestMatch(
  addresses: readonly string[],
  text: string,
  match: MatchAddress,
): (AddressMatch & { readonly address: string }) | undefined {
  const found = addresses.flatMap((address) => {
    const matched = match(address, text);
    return matched ? [{ ...matched, address }] : [];
  });
  return found.find(({ by }) => by !== 'path') ?? found[0];
}

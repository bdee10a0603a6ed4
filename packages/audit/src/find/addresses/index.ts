export {
  addressMatcher,
  isForeign,
  isManaging,
  type MatchAddress,
  shownAddress,
} from './address.ts';
export { addressOnBase, baseAddressesOf, mayHaveNoBase } from './base-address.ts';
export { surestMatch } from './surest-match.ts';

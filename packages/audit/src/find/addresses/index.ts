export {
  type AddressMatch,
  addressMatcher,
  isManaging,
  type MatchAddress,
  shownAddress,
} from './address.ts';
export { baseAddressesOf, mayHaveNoBase } from './base-address.ts';

export { addressNames } from './address-names.ts';
export type { Coupling, Sign } from './coupling.ts';
export { declaredRequests } from './declared.ts';
export { findHttpCalls } from './http.ts';
export { findSdkCalls } from './sdk.ts';
export { findWrapperCalls, type Wrapper, wrappersOf } from './wrappers.ts';

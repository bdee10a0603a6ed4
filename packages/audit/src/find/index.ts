export { addressNames } from './address-names.ts';
export { clientNames } from './client-names.ts';
export type { Coupling, Sign } from './coupling.ts';
export { declaredRequests } from './declared.ts';
export { findHttpCalls, unreadSenders } from './http.ts';
export { indexFilesOf } from './passed-on.ts';
export { findRequests } from './requests/index.ts';
export { findSdkCalls } from './sdk.ts';
export { findWrapperCalls, type Wrapper, wrappersOf } from './wrappers.ts';

/*
 * Finds couplings, a room for each way to reach a model: `sdk` by a provider's package, `http` by a
 * call that sends, `requests` where one place builds a request and another sends it, `declared` by a
 * method that a tool writes. `wrappers` finds who calls them, `unread` what other files to read for
 * that, and `addresses` tells whose an address is. Rooms know `addresses` and the files here, and no
 * other room.
 */
export { isCallOperator } from './called-objects.ts';
export type { Coupling, Sign, Wrapper } from './coupling.ts';
export { declaredRequests, proxyDeclarations, proxyMethods } from './declared/index.ts';
export { findHttpCalls, unreadSenders } from './http/index.ts';
export {
  findHandedRequests,
  findRequests,
  unreadHandlers,
  unreadRequestSenders,
} from './requests/index.ts';
export { findSdkCalls } from './sdk/index.ts';
export {
  addressNames,
  callsOfOpened,
  clientFields,
  clientNames,
  indexFilesOf,
} from './unread/index.ts';
export { declarationsBehind, findWrapperCalls, isDefault, wrappersOf } from './wrappers/index.ts';

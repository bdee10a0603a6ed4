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

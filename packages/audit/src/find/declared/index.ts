export { declaredRequests } from './declared-requests.ts';
export { proxyDeclarations, proxyMethods } from './proxies.ts';

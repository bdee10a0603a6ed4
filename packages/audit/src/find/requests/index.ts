export { findRequests } from './find-requests.ts';
export { sendsRequests } from './sends.ts';

export { findRequests, unreadRequestSenders } from './find-requests.ts';
export { sendsRequests } from './sends.ts';

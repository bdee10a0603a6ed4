export { findRequests, unreadRequestSenders } from './find-requests.ts';
export { findHandedRequests, unreadHandlers } from './handed-requests.ts';

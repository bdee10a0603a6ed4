export { findRequests } from './find-requests.ts';
export { findHandedRequests, unreadHandlers } from './handed-requests.ts';
export { unreadRequestSenders } from './unread-request-senders.ts';

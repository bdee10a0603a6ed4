export { findHttpCalls } from './find-http-calls.ts';
export { unreadSenders } from './unread-senders.ts';

export { findHttpCalls, unreadSenders } from './find-http-calls.ts';

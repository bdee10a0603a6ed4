export { findSdkCalls } from './find-sdk-calls.ts';

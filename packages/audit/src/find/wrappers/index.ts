export { declarationsBehind } from './declarations-behind.ts';
export { isDefault } from './default-exports.ts';
export { findWrapperCalls } from './find-wrapper-calls.ts';
export { wrappersOf } from './wrappers-of.ts';

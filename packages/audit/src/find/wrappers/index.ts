export { isDefault } from './default-exports.ts';
export { declarationsBehind, findWrapperCalls, wrappersOf } from './find-wrapper-calls.ts';

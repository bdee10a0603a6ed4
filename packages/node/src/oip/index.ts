export { type OipScopeOptions, oipScope } from './oip-scope.ts';
export { whenGone } from './when-gone.ts';

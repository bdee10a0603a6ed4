export { compileAuthorPolicy, policyFromBlueprint } from './compile-author-policy.ts';
export { lowerCel } from './lower-cel.ts';

export * from './author-policy.ts';
export * from './blueprint.ts';
export { parseBlueprint } from './parse-blueprint.ts';

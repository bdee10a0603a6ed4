export { compileAuthorPolicy, policyFromBlueprint } from './compile-author-policy.ts';
export { lowerCel } from './lower-cel.ts';
export { parseYaml } from './parse-yaml.ts';

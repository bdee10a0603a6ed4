export { findSecrets, secretWords } from './find-secrets.ts';
export { masked } from './mask.ts';

export { type AcceptancePart, engineAcceptance, type Skips } from './acceptance.ts';

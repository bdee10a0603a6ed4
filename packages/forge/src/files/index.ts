export { type Refusal, readRegularText, statRegular } from './regular-file.ts';

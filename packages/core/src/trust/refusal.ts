import type { Refusal } from './types.ts';

/** Makes a refusal. `section` is the section of TUF 1.0.34 whose check failed. */
export const refuse = (
  code: Refusal['code'],
  subject: string,
  section: string,
  message: string,
): Refusal => ({ refused: true, code, subject, section, message: `${subject}: ${message}` });

/** Whether a step of the workflow refused instead of giving its result. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && (value as { refused?: unknown }).refused === true;

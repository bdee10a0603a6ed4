import { name } from '../../language/code.ts';
import type { Coupling, Sign, Wrapper } from '../coupling.ts';

/**
 * A method without a body, whose callers are those who ask: its coupling stands where a sign says
 * that it reaches a model, in a call that nobody wrote.
 */
export function declaredWrapper(
  { file, fn }: Pick<Wrapper, 'file' | 'fn'>,
  { provider, kind, confidence }: Pick<Coupling, 'provider' | 'kind' | 'confidence'>,
  sign: Sign,
): Wrapper {
  const { line } = sign;
  const callee = name(fn.name);
  const expr = { is: 'call', callee, args: [], created: false, line, endLine: fn.endLine } as const;
  const call = { expr, fn, inLoop: false, spawned: false };
  const { data } = provider;
  const coupling = { file: sign.file, call, provider, kind, data, confidence, evidence: [sign] };
  return { file, fn, isDeclared: true, coupling };
}

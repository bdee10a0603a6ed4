import type { MatrixFinding } from './matrix-document.ts';

const ranks: Readonly<Record<MatrixFinding['effect'], number>> = { fails: 0, unproven: 1, note: 2 };

/** What is broken before what is not proven, and that before what is only worth knowing. */
export const worstFirst = (findings: readonly MatrixFinding[]): MatrixFinding[] =>
  [...findings].sort((a, b) => ranks[a.effect] - ranks[b.effect]);

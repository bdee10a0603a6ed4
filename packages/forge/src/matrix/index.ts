export { type MatrixOptions, makeMatrix } from './matrix.ts';
export type {
  Matrix,
  MatrixCell,
  MatrixFinding,
  MatrixTarget,
  MatrixVariant,
  Requirement,
} from './matrix-document.ts';
export { answerOf, estimateInWords, isMade, markOf, statusMarks, verdictInWords } from './words.ts';
export { matrixFiles } from './write-matrix.ts';

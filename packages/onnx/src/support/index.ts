export { asksFor, type Bounds, type Condition, type Operand } from './condition.ts';
export { fixModel } from './fix/index.ts';
export { hintFor } from './hint.ts';
export { type JudgeOptions, judge, type NodeVerdict } from './judge.ts';
export type { ListSource, SupportList, SupportRule } from './list.ts';
export { wants } from './words.ts';

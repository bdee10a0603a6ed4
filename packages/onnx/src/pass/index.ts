export type { NodeNote, PassReport, PassResult } from './report.ts';

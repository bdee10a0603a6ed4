export { fixLines, formatLatency, formatQuality, formatReport, formatShare } from './format.ts';
export { reportPage } from './page/report-page.ts';
export { paretoFront } from './pareto-front.ts';
export * from './schema.ts';

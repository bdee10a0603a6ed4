export {
  fixLines,
  formatBetween,
  formatFallback,
  formatLatency,
  formatQuality,
  formatReport,
  formatShare,
  isIfConverted,
  isNowhere,
} from './format.ts';
export { reportPage } from './page/report-page.ts';
export { paretoFront } from './pareto-front.ts';
export * from './schema.ts';
export { disturbedTiming } from './timing-warning.ts';

export { formatLatency, formatQuality, formatReport, formatShare } from './format.ts';
export * from './schema.ts';

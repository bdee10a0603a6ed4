export { mayBatch, runBatch } from './batch.ts';
export { checkMetric } from './choose-metric.ts';
export { type Contestant, type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts';
export { type Interval, pairedInterval, ratioInterval, scoreInterval } from './interval.ts';
export { defaultLatencyBudget, type LatencyBudget, measureLatency } from './latency.ts';
export type { Answer, Metric, Summary } from './metric.ts';
export { makeRunner, type Runner } from './runner.ts';
export { identicalDb } from './snr.ts';

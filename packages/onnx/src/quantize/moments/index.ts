export { MomentCollector } from './collector.ts';
export type { InputMoments, LayerMoments } from './moments.ts';
export { type MomentRequest, momentRequests } from './requests.ts';

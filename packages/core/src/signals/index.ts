export {
  type CountedDecision,
  createDecisionCounter,
  type DecisionCounter,
} from './decision-counter.ts';

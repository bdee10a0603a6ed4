export {
  type CountedDecision,
  countedAs,
  createDecisionCounter,
  type DecisionCounter,
} from './decision-counter.ts';

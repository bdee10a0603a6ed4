/** Selvedge's own parameters of requests and answers; other servers and clients ignore them. */
export const parameterNames = {
  /** Request: privacy labels, comma-separated. */
  labels: 'selvedge_labels',
  /** Request: milliseconds from now. */
  deadlineMs: 'selvedge_deadline_ms',
  /** Request: fraction between 0 and 1. */
  minQuality: 'selvedge_min_quality',
  /** Request: in the policy's currency. */
  maxCost: 'selvedge_max_cost',
  /** Answer: id of the decision, under `/api/v1/decisions/`. */
  decision: 'selvedge_decision',
  /** Answer: the variant that computed it. */
  variant: 'selvedge_variant',
  /** Answer: milliseconds the engine computed, without transport to it. */
  computeMs: 'selvedge_compute_ms',
  /** Answer: whether that time is `measured` or `estimated`. */
  provenance: 'selvedge_provenance',
} as const;

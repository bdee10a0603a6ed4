/** A warning about one build's timing, not about the variant: the next build may do without. */
export const disturbedTiming =
  'its latency was measured while another build was at work on this machine: measure it again when none is';

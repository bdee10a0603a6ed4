/** What an inference is told beside the model. */
export interface InferenceOptions {
  /** Sizes of free dimensions by name; one without a name is `input[axis]`. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Shapes by value name, as observed in a run; they beat every rule. Main graph only. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Elements of small inputs or other values of the main graph, booleans as 0 and 1: a sampling rate that an If asks for. */
  readonly constants?: ReadonlyMap<string, readonly number[]>;
  /**
   * What is said holds for whatever a caller may give: the first dimension stays free, and neither
   * an initializer that a caller may replace nor a declared inner shape is believed.
   */
  readonly general?: boolean;
}

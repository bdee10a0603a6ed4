export { catalogue, chipOf } from './catalogue.ts';
export type { Chip, ChipUnit, Confidence, Figure, Quantity, Rate } from './chip.ts';
export { type BurdenTerms, burdenAmong, type Estimate, estimate, estimateOn } from './estimate.ts';
export type { SelectionBar, VariantRejection } from './fit.ts';
export { type HostFacts, hostProfile } from './host-profile.ts';
export * from './profile.ts';
export { profileOf } from './profile-of.ts';
export { selectVariant } from './select.ts';
export type { RankedVariant, Selection } from './selection.ts';

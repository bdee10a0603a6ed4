export type { Attestation } from './attest.ts';
export { compareVersions } from './compare-versions.ts';
export { type HubOptions, hubClient } from './hub-client.ts';
export { type Published, type PublishOptions, publish } from './publish.ts';
export { type Rotated, type RotateOptions, rotateKey } from './rotate-key.ts';

export type { Given } from './arguments.ts';
export { isManifest, type Manifest } from './manifest.ts';
export { type Origin, originsOf, ownFile } from './origin.ts';
export { directoryOf, type PlacedCall, Project } from './project.ts';
export { isSettingsFile, readSettings, type Settings } from './settings.ts';
export type { Site } from './site.ts';
export { lineOf, linesOf, type SourceFile } from './source-file.ts';
export { hole, textsOf, textsWithin } from './texts.ts';
export { valuesOf } from './values.ts';

export { type Origin, originsOf, ownFile, type Site } from './origin.ts';
export { directoryOf, Project, type SourceFile } from './project.ts';
export { isSettingsFile, readSettings, type Settings } from './settings.ts';
export { hole, textsOf, textsWithin } from './texts.ts';

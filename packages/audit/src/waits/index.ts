export { applicationBy } from './application.ts';
export {
  applicationSign,
  isEntryPoint,
  type SyncSign,
  startedBy,
  strongSign,
  weakSign,
} from './signs.ts';

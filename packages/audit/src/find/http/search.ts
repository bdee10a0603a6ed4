import type { Project, Settings } from '../../resolve/index.ts';
import type { RuleBook } from '../../rules/index.ts';
import { addressMatcher, type MatchAddress } from '../addresses/index.ts';
import { type MatchShape, shapeMatcher } from './request-shape.ts';
import { functionsThatSend, type Sending } from './sending.ts';

/** What tells whether a call sends, and whose what it sends is. */
export interface Search {
  readonly project: Project;
  readonly settings: Settings;
  readonly match: MatchAddress;
  readonly shape: MatchShape;
  readonly sending: Sending;
}

export const searchOf = (
  project: Project,
  { providers }: RuleBook,
  settings: Settings,
): Search => ({
  project,
  settings,
  match: addressMatcher(providers),
  shape: shapeMatcher(providers, project),
  sending: functionsThatSend(project),
});

import { launchBrowser } from '../../scripts/browser.ts';
import type { Reason } from '../support/skip.ts';

const tried = await launchBrowser().then(
  (browser) => browser.close(),
  (caught: Error) => caught,
);

/** Why nothing can be tried in a browser here, nor on the Vulkan driver that comes with it. */
export const noBrowser: Reason =
  tried instanceof Error && `no browser starts here: ${tried.message}`;

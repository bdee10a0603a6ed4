import { isSelvedgeError } from '@selvedge/core/errors';
import { type Published, type PublishOptions, publish } from '@selvedge/forge/publish';

/** Versions tried before giving up: how often the sample may change under one data directory. */
const mostVersions = 1000;

/**
 * Publishes the sample's build. Where its version is taken by other content (the clone moved on,
 * the data stayed), the next patch version that is free, or that holds this very build.
 */
export async function publishSample(options: PublishOptions, version: string): Promise<Published> {
  const [, base = '', patch = '0'] = /^(.*\.)(\d+)$/.exec(version) ?? [];
  for (let step = 0; ; step++) {
    try {
      return await publish({ ...options, version: `${base}${Number(patch) + step}` });
    } catch (caught) {
      const taken = isSelvedgeError(caught) && caught.code === 'conflict';
      if (!taken || base === '' || step === mostVersions) throw caught;
    }
  }
}

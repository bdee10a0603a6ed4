import { readdirSync, readFileSync } from 'node:fs';
import type { SupportList } from '@selvedge/onnx';

const directory = new URL('./lists/', import.meta.url);
const read = new Map<string, SupportList | undefined>();

/**
 * The newest operator list of a provider, as `scripts/support-lists/import.ts` made it.
 *
 * @param provider a name of {@link providers}'s `list`; `undefined` comes back where there is no list
 */
export function supportList(provider: string): SupportList | undefined {
  if (!read.has(provider)) read.set(provider, load(provider));
  return read.get(provider);
}

function load(provider: string): SupportList | undefined {
  const prefix = `${provider}-`;
  const [newest] = readdirSync(directory)
    .filter((file) => file.startsWith(prefix) && /^\d/.test(file.slice(prefix.length)))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (!newest) return undefined;
  return JSON.parse(readFileSync(new URL(newest, directory), 'utf8')) as SupportList;
}

import { type CallExpr, pathOf } from '../language/code.ts';
import { returnsIn } from './bindings.ts';
import { maxTexts, type Reading } from './reading.ts';
import { returnedBy } from './returned.ts';
import type { Site } from './site.ts';

/** What the functions that a call may mean give, with what it gives them. */
export function answerTexts(call: CallExpr, site: Site, steps: number, reading: Reading): string[] {
  const meant = returnedBy(call, site, reading.project).flatMap(({ value, at }) =>
    reading.read(value, at, steps),
  );
  if (meant.length > 0) return meant.slice(0, maxTexts);
  return returnedTexts(pathOf(call.callee).at(-1) ?? '', site, steps, reading);
}

/** What functions of a name give, of this file or else of relatives of the type around. */
export function returnedTexts(name: string, site: Site, steps: number, reading: Reading): string[] {
  const here = returnsIn(site.file.code, name).filter((each) => each.fn !== site.fn);
  const found = here.flatMap(({ value, fn, owner }) =>
    value ? reading.read(value, { file: site.file, fn, owner }, steps) : [],
  );
  return found.length > 0 ? found : overriddenTexts(name, site, steps, reading);
}

/** What the types that extend this one give, or those that it extends, where it leaves it to them. */
function overriddenTexts(
  name: string,
  { owner, file: { language } }: Site,
  steps: number,
  reading: Reading,
): string[] {
  if (owner === undefined) return [];
  return reading.project
    .returnsOf(name)
    .filter(
      ({ file, binding }) =>
        file.language === language &&
        binding.owner !== undefined &&
        binding.owner !== owner &&
        reading.project.mayStandFor(binding.owner, owner, name),
    )
    .slice(0, 8)
    .flatMap(({ file, binding: { value, fn, owner: of } }) =>
      value ? reading.read(value, { file, fn, owner: of }, steps) : [],
    );
}

import { moduleOf, type Origin } from './own-code.ts';
import type { Site } from './site.ts';
import type { SourceFile } from './source-file.ts';
import type { Tracing } from './tracing.ts';

/** The names in a written type: `Optional[OpenAI]`, `*oa.Client`, `Client<Config>`. */
export function typeOrigins(type: string, site: Site, steps: number, tracing: Tracing): Origin[] {
  if (steps < 0 || !tracing.mayVisit()) return [];
  const names = type.match(/[A-Za-z_][\w.:]*/g) ?? [];
  return names.flatMap((each) => {
    const [first = '', ...rest] = each.split(/\.|::/);
    const owners = ownersNamed(first, rest, site, tracing);
    if (owners.length > 0) return [...owners, ...meantOrigins(first, site, steps, tracing)];
    return tracing.name(first, { file: site.file }, steps).map((origin) => ({
      ...origin,
      path: [...origin.path, ...rest],
    }));
  });
}

/** What a type is of that is only another name. */
function meantOrigins(alias: string, { file }: Site, steps: number, tracing: Tracing): Origin[] {
  if (steps <= 0 || tracing.project.meaningsOf(alias).length === 0) return [];
  return tracing.project
    .declaring(alias, file.language)
    .flatMap((at) =>
      at.code.types.flatMap(({ name, means }) =>
        name === alias && means !== undefined && means !== alias
          ? typeOrigins(means, { file: at }, steps - 1, tracing)
          : [],
      ),
    );
}

/** A class of the codebase itself, as an origin of its own. */
export function ownersNamed(
  name: string,
  rest: readonly string[],
  site: Site,
  tracing: Tracing,
): Origin[] {
  if (rest.length > 0 || isForeign(name, site.file, tracing)) return [];
  const declaring = tracing.project.declaring(name, site.file.language);
  // A name without a package is one of the file's own there.
  const near = site.file.language.id === 'go' ? tracing.project.neighbours(site.file) : declaring;
  return declaring
    .filter((file) => near.includes(file))
    .map(({ path }) => ({ module: moduleOf(path), path: [name], opened: false }));
}

/** A library's type by its import, whatever type of the codebase has the same name. */
function isForeign(name: string, file: SourceFile, tracing: Tracing): boolean {
  const named = file.code.imports.find(({ local, name: of }) => local === name && of === name);
  if (!named || tracing.project.ownsModule(named.module)) return false;
  return tracing.project.imported(file, named).length === 0;
}

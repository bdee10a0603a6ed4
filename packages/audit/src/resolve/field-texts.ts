import { type Binding, type MemberExpr, name as nameOf } from '../language/code.ts';
import { isConstructor } from './arguments.ts';
import { bindingsNamed, fieldsNamed } from './bindings.ts';
import { ownTypesOf } from './declared-type.ts';
import { originsOf } from './origin.ts';
import { ownFile } from './own-code.ts';
import type { Project } from './project.ts';
import { maxTexts, type Reading } from './reading.ts';
import { fieldSet } from './set-fields.ts';
import type { Site } from './site.ts';

/** What a field of the class around holds, of those that it extends, or as records set it. */
export function fieldTexts(name: string, site: Site, steps: number, reading: Reading): string[] {
  const { code } = site.file;
  const fields = [
    ...bindingsNamed(code, `this.${name}`),
    ...bindingsNamed(code, name).filter(isSetWithout),
  ].filter((each) => each.owner === site.owner);
  const found = fields.flatMap(({ value, fn }) =>
    value ? reading.read(value, { ...site, fn: fn ?? site.fn }, steps) : [],
  );
  if (found.length > 0) return found;
  const inherited = inheritedTexts(name, site, steps, reading);
  if (inherited.length > 0) return inherited;
  return site.owner === undefined ? [] : setTexts(site.owner, name, steps, reading);
}

/** What records of a type say of its field. */
function setTexts(type: string, name: string, steps: number, reading: Reading): string[] {
  return fieldSet(type, name, reading.project).flatMap(({ value, at }) =>
    reading.read(value, at, steps),
  );
}

function inheritedTexts(
  name: string,
  { file, owner }: Site,
  steps: number,
  reading: Reading,
): string[] {
  if (owner === undefined) return [];
  return reading.project
    .inheritedField(owner, name, file.language)
    .flatMap(({ file: at, binding: { value, fn, owner: of } }) =>
      value ? reading.read(value, { file: at, fn, owner: of }, steps) : [],
    );
}

/** What the application's own defaults say of a name that only they have. */
export function defaultTexts(name: string, steps: number, reading: Reading): string[] {
  if (!/[a-z][A-Z]|_/.test(name)) return [];
  const atTop = reading.project
    .defaultsOf(name)
    .map(({ expr, file }) => ({ value: expr, at: { file } }));
  return [...atTop, ...fieldSet(undefined, name, reading.project)]
    .slice(0, 2)
    .flatMap(({ value, at }) => reading.read(value, at, steps))
    .filter((each) => /^(\w+:\/)?\//.test(each));
}

/** A field of an object of the codebase's own class. */
export function memberTexts(
  { of, name }: MemberExpr,
  site: Site,
  steps: number,
  reading: Reading,
): string[] {
  const types = ownTypesOf(of, site, reading.project);
  const declared = textsOfTypes(types, name, site, steps, reading);
  if (declared.length > 0) return declared;
  const set = types.flatMap((type) => setTexts(type, name, steps, reading));
  if (set.length > 0) return set.slice(0, maxTexts);
  return originsOf(of, site, reading.project).flatMap((origin) => {
    const path = ownFile(origin);
    const file = path === undefined ? undefined : reading.project.at(path);
    const owner = origin.path.find((part) => /^[A-Z]/.test(part));
    if (!file || owner === undefined) return [];
    return bindingsNamed(file.code, `this.${name}`)
      .filter((each) => each.owner === owner)
      .flatMap(({ value, fn }) => (value ? reading.read(value, { file, fn, owner }, steps) : []));
  });
}

/** What a field of the codebase's types holds, where it is declared. */
export function textsOfTypes(
  types: readonly string[],
  name: string,
  { file }: Site,
  steps: number,
  reading: Reading,
): string[] {
  return types.flatMap((owner) =>
    reading.project.declaring(owner, file.language).flatMap((at) =>
      fieldsNamed(at.code, name)
        .filter((each) => each.owner === owner && isField(each, at, reading.project))
        .flatMap(({ value, fn }) =>
          value ? reading.read(value, { file: at, fn, owner }, steps) : [],
        ),
    ),
  );
}

/** A field as it is declared, or as its type’s own code sets it of an object that it makes. */
function isField({ name, fn, owner }: Binding, file: Site['file'], project: Project): boolean {
  const [object = ''] = name.split('.');
  if (object === 'this') return true;
  if (owner === undefined || !fn) return false;
  return ownTypesOf(nameOf(object), { file, fn, owner }, project).includes(owner);
}

/** In C#, Java and their kin a constructor sets a field without `this`. */
const isSetWithout = ({ fn, owner }: Binding): boolean =>
  owner !== undefined && fn !== undefined && isConstructor(fn);

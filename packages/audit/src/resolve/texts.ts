import type { Binding, CallExpr, Expr, MemberExpr } from '../language/code.ts';
import { name as nameOf, pathOf, text } from '../language/code.ts';
import { argumentOf, argumentsFor, type Given, isConstructor } from './arguments.ts';
import { bindingsNamed, fieldsNamed, returnsIn } from './bindings.ts';
import { ownTypesOf } from './declared-type.ts';
import { fieldAskedBy } from './generated-getters.ts';
import { hole } from './hole.ts';
import { originsOf } from './origin.ts';
import { ownFile } from './own-code.ts';
import type { Project } from './project.ts';
import { returnedBy } from './returned.ts';
import { fieldSet } from './set-fields.ts';
import { asksForSetting, environmentOf, isSetting } from './setting-names.ts';
import type { Settings } from './settings.ts';
import type { Site } from './site.ts';
import {
  alternatives,
  filled,
  isRequest,
  joined,
  joinerOf,
  joinsAll,
  keepsText,
  lookedUp,
  trims,
} from './text-calls.ts';
import { filesKeeping } from './top-level.ts';
import { valuesOf } from './values.ts';

const maxSteps = 12;
const maxTexts = 16;
/** Where every name may be many things, the texts that were found until then have to do. */
const maxVisits = 2000;

/**
 * The texts that an expression may be, with {@link hole} for what only running would tell: through
 * constants, fields, other files, environment variables and configuration files.
 */
export function textsOf(expr: Expr, site: Site, project: Project, settings: Settings): string[] {
  return new Reader(project, settings).read(expr, site, maxSteps);
}

/**
 * Every text inside an expression: in its arguments, records and lists too. From callers: with what
 * those in the class around give the method that it stands in.
 */
export function textsWithin(
  expr: Expr,
  site: Site,
  project: Project,
  settings: Settings,
  from: 'here' | 'callers' = 'here',
): string[] {
  const reader = new Reader(project, settings, from === 'callers');
  return inner(expr).flatMap((each) => reader.read(each, site, maxSteps));
}

class Reader {
  readonly #project: Project;
  readonly #settings: Settings;
  readonly #asksCallers: boolean;
  #visits = 0;

  constructor(project: Project, settings: Settings, asksCallers = false) {
    this.#project = project;
    this.#settings = settings;
    this.#asksCallers = asksCallers;
  }

  read(expr: Expr, site: Site, steps: number): string[] {
    if (steps === 0 || this.#visits++ > maxVisits) return [];
    switch (expr.is) {
      case 'text':
        return this.#joined(expr.parts, site, steps - 1);
      case 'list':
        return expr.any ? expr.items.flatMap((item) => this.read(item, site, steps - 1)) : [];
      case 'name':
        return this.#name(expr.name, site, steps - 1);
      case 'member':
        return this.#member(expr, site, steps - 1);
      case 'call':
        return this.#call(expr, site, steps - 1);
      default:
        return [];
    }
  }

  #joined(parts: readonly (string | Expr)[], site: Site, steps: number): string[] {
    let texts = [''];
    for (const part of parts) {
      const ends = typeof part === 'string' ? [part] : this.read(part, site, steps);
      const known = ends.length > 0 ? ends : [hole];
      texts = texts.flatMap((start) => known.map((end) => start + end)).slice(0, maxTexts);
    }
    return texts;
  }

  #name(name: string, site: Site, steps: number): string[] {
    const { file } = site;
    const values = bindingsNamed(file.code, name).filter(
      (each) => each.fn === undefined || encloses(each.fn, site.fn),
    );
    const held = values.flatMap(({ value, fn }) =>
      value ? this.read(value, { ...site, fn: fn ?? site.fn }, steps) : [],
    );
    if (held.length > 0) return held;
    const made = this.#given(name, site, steps);
    if (made.length > 0 || values.length > 0) return made;
    const fields = this.#field(name, site, steps);
    if (fields.length > 0) return fields;
    const extended = this.#fieldsOf(extendedAround(site.fn), name, site, steps);
    if (extended.length > 0) return extended;
    for (const each of file.code.imports) {
      if (each.local !== name) continue;
      const found = this.#project
        .imported(file, each)
        .flatMap((other) => this.#constant(other, each.name ?? name, steps));
      if (found.length > 0) return found;
    }
    const beside = this.#project.neighbours(file).filter((other) => other !== file);
    return [...beside, ...filesKeeping(name, file, this.#project)].flatMap((other) =>
      this.#constant(other, name, steps),
    );
  }

  /**
   * What the call gives that led here; what a constructor is given, or a method by others of its class.
   * Others may be given anything.
   */
  #given(name: string, { fn, file, call }: Site, steps: number): string[] {
    const value = call && encloses(call.fn, fn) ? argumentOf(call, name) : undefined;
    if (call && value) return this.read(value, call.at, steps);
    if (!fn?.params.some((each) => each.name === name)) return [];
    const isBeside = ({ at }: Given) => at.file === file && at.owner === fn.owner;
    const isPrivate = this.#asksCallers && fn.owner !== undefined;
    if (!isPrivate && !isConstructor(fn)) return [];
    return argumentsFor(fn, name, this.#project)
      .filter((each) => isConstructor(fn) || isBeside(each))
      .flatMap(({ value, at }) => this.read(value, at, steps));
  }

  /** A field of the class around, or what a method or computed property of it gives. */
  #field(name: string, site: Site, steps: number): string[] {
    const { code } = site.file;
    const fields = [
      ...bindingsNamed(code, `this.${name}`),
      ...bindingsNamed(code, name).filter(isSetWithout),
    ].filter((each) => each.owner === site.owner);
    const found = fields.flatMap(({ value, fn }) =>
      value ? this.read(value, { ...site, fn: fn ?? site.fn }, steps) : [],
    );
    if (found.length > 0) return found;
    const inherited = this.#inherited(name, site, steps);
    if (inherited.length > 0) return inherited;
    const set = site.owner === undefined ? [] : this.#set(site.owner, name, steps);
    return set.length > 0 ? set : this.#returned(name, site, steps);
  }

  /** What records of a type say of its field. */
  #set(type: string, name: string, steps: number): string[] {
    return fieldSet(type, name, this.#project).flatMap(({ value, at }) =>
      this.read(value, at, steps),
    );
  }

  #inherited(name: string, { file, owner }: Site, steps: number): string[] {
    if (owner === undefined) return [];
    return this.#project
      .inheritedField(owner, name, file.language)
      .flatMap(({ file: at, binding: { value, fn, owner: of } }) =>
        value ? this.read(value, { file: at, fn, owner: of }, steps) : [],
      );
  }

  /** What the functions that a call may mean give, with what it gives them. */
  #answered(call: CallExpr, site: Site, steps: number): string[] {
    const meant = returnedBy(call, site, this.#project).flatMap(({ value, at }) =>
      this.read(value, at, steps),
    );
    if (meant.length > 0) return meant.slice(0, maxTexts);
    return this.#returned(pathOf(call.callee).at(-1) ?? '', site, steps);
  }

  #returned(name: string, site: Site, steps: number): string[] {
    const here = returnsIn(site.file.code, name).filter((each) => each.fn !== site.fn);
    const found = here.flatMap(({ value, fn, owner }) =>
      value ? this.read(value, { file: site.file, fn, owner }, steps) : [],
    );
    return found.length > 0 ? found : this.#overridden(name, site, steps);
  }

  /** What the types that extend this one give, or those that it extends, where it leaves it to them. */
  #overridden(name: string, { owner, file: { language } }: Site, steps: number): string[] {
    if (owner === undefined) return [];
    return this.#project
      .returnsOf(name)
      .filter(
        ({ file, binding }) =>
          file.language === language &&
          binding.owner !== undefined &&
          binding.owner !== owner &&
          this.#project.mayStandFor(binding.owner, owner, name),
      )
      .slice(0, 8)
      .flatMap(({ file, binding: { value, fn, owner: of } }) =>
        value ? this.read(value, { file, fn, owner: of }, steps) : [],
      );
  }

  #constant(file: Site['file'], name: string, steps: number): string[] {
    return [...bindingsNamed(file.code, name), ...bindingsNamed(file.code, `this.${name}`)]
      .filter((each) => each.fn === undefined)
      .flatMap(({ value, owner }) => (value ? this.read(value, { file, owner }, steps) : []));
  }

  #member(expr: Expr & { is: 'member' }, site: Site, steps: number): string[] {
    const path = pathOf(expr);
    const variable = environmentOf(path);
    if (variable) return this.#setting(variable);
    if (path.length === 2 && (path[0] === 'this' || path[0] === site.fn?.receiver))
      return this.#field(expr.name, site, steps);
    const own =
      expr.of.is === 'name' ? this.#throughImport(expr.of.name, expr.name, site, steps) : [];
    if (own.length > 0) return own;
    const fields = this.#project
      .declaring(path.at(-2) ?? '', site.file.language)
      .flatMap((file) => this.#constant(file, expr.name, steps));
    if (fields.length > 0) return fields;
    const part = valuesOf(expr, site, this.#project).flatMap(({ value, at }) =>
      value === expr || value.is === 'other' ? [] : this.read(value, at, steps),
    );
    if (part.length > 0) return part.slice(0, maxTexts);
    const ofType = this.#ofType(expr, site, steps);
    if (ofType.length > 0) return ofType;
    const settings = isSetting(path) ? this.#setting(expr.name) : [];
    return settings.length > 0 ? settings : this.#default(expr.name, steps);
  }

  /** What the application's own defaults say of a name that only they have. */
  #default(name: string, steps: number): string[] {
    if (!/[a-z][A-Z]|_/.test(name)) return [];
    const atTop = this.#project
      .defaultsOf(name)
      .map(({ expr, file }) => ({ value: expr, at: { file } }));
    return [...atTop, ...fieldSet(undefined, name, this.#project)]
      .slice(0, 2)
      .flatMap(({ value, at }) => this.read(value, at, steps))
      .filter((each) => /^(\w+:\/)?\//.test(each));
  }

  /** A field of an object of the codebase's own class. */
  #ofType({ of, name }: MemberExpr, site: Site, steps: number): string[] {
    const types = ownTypesOf(of, site, this.#project);
    const declared = this.#fieldsOf(types, name, site, steps);
    if (declared.length > 0) return declared;
    const set = types.flatMap((type) => this.#set(type, name, steps));
    if (set.length > 0) return set.slice(0, maxTexts);
    return originsOf(of, site, this.#project).flatMap((origin) => {
      const path = ownFile(origin);
      const file = path === undefined ? undefined : this.#project.at(path);
      const owner = origin.path.find((part) => /^[A-Z]/.test(part));
      if (!file || owner === undefined) return [];
      return bindingsNamed(file.code, `this.${name}`)
        .filter((each) => each.owner === owner)
        .flatMap(({ value, fn }) => (value ? this.read(value, { file, fn, owner }, steps) : []));
    });
  }

  /** What a field of the codebase's types holds, where it is declared. */
  #fieldsOf(types: readonly string[], name: string, { file }: Site, steps: number): string[] {
    return types.flatMap((owner) =>
      this.#project.declaring(owner, file.language).flatMap((at) =>
        fieldsNamed(at.code, name)
          .filter((each) => each.owner === owner && this.#isField(each, at))
          .flatMap(({ value, fn }) =>
            value ? this.read(value, { file: at, fn, owner }, steps) : [],
          ),
      ),
    );
  }

  /** A field as it is declared, or as its type’s own code sets it of an object that it makes. */
  #isField({ name, fn, owner }: Binding, file: Site['file']): boolean {
    const [object = ''] = name.split('.');
    if (object === 'this') return true;
    if (owner === undefined || !fn) return false;
    return ownTypesOf(nameOf(object), { file, fn, owner }, this.#project).includes(owner);
  }

  /** What configuration says, or else the variable's name between holes. */
  #setting(name: string): string[] {
    const found = this.#settings.of(name);
    if (found.length > 0) return found;
    return /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(name) ? [`${hole}$${name}${hole}`] : [];
  }

  #throughImport(local: string, name: string, site: Site, steps: number): string[] {
    const { imports } = site.file.code;
    return imports
      .filter((each) => each.local === local)
      .flatMap((each) => this.#project.imported(site.file, each))
      .flatMap((file) => this.#constant(file, name, steps));
  }

  /** Whether a function of the codebase gives what a call stands for, and makes no request itself. */
  #isOwn({ callee }: CallExpr): boolean {
    const name = pathOf(callee).at(-1) ?? '';
    return this.#project.returnsOf(name).length > 0;
  }

  #parts(parts: readonly Expr[], site: Site, steps: number): string[] {
    return parts.map((each) => this.read(each, site, steps)[0] ?? hole);
  }

  /** Part of an expression; the whole would ask for its parts again. */
  #part(part: Expr, whole: Expr, site: Site, steps: number): string[] {
    const isAsked = part.is !== 'call' || this.#isOwn(part);
    return part !== whole && isAsked ? this.read(part, site, steps) : [];
  }

  /** A call that asks for a setting, or one that makes an address out of a text. */
  #call(expr: Expr & { is: 'call' }, site: Site, steps: number): string[] {
    const path = pathOf(expr.callee);
    const args = expr.args.map(({ value }) => value);
    if (asksForSetting(path)) {
      const [key, otherwise] = args;
      const names = key ? this.read(key, site, steps) : [];
      const found = names.flatMap((each) => this.#settings.of(each));
      if (found.length > 0) return found;
      const given = otherwise ? this.read(otherwise, site, steps) : [];
      return given.length > 0 ? given : names.flatMap((each) => this.#setting(each));
    }
    const last = path.at(-1) ?? '';
    const part = lookedUp(expr);
    if (part) return [part, ...args.slice(1)].flatMap((each) => this.read(each, site, steps));
    if (isRequest(path, site))
      return inner(expr).flatMap((each) => this.#part(each, expr, site, steps));
    if (!keepsText.test(last) && !expr.created) {
      const found = this.#answered(expr, site, steps);
      const field = found.length > 0 ? undefined : fieldAskedBy(expr.callee, site.file.language.id);
      return field ? this.#member(field, site, steps) : found;
    }
    const list = last === 'join' && expr.callee.is === 'member' ? expr.callee.of : undefined;
    if (list?.is === 'list' && !list.any)
      return this.#joined(between(list.items, args[0]), site, steps);
    const own = expr.callee.is === 'member' ? this.read(expr.callee.of, site, steps) : [];
    if (joinsAll.test(last) && args.length > 1)
      return [this.#parts(args, site, steps).reduce(joined)];
    const given = args.slice(0, 2).map((each) => this.read(each, site, steps)[0]);
    const [first, second] = given;
    // `new URL(path, base)`: the second is what the first is relative to.
    if (first !== undefined && second !== undefined && /^https?:/.test(second))
      return [`${second.replace(/\/$/, '')}/${first.replace(/^\//, '')}`];
    if (first === undefined) return own;
    if (trims.test(last) && expr.callee.is === 'member') return own;
    if (last === 'format' && own.some((each) => each.includes('{')))
      return own.map((each) => filled(each, given));
    if (alternatives.test(last)) return [first, ...own];
    return own.length > 0 ? own.map((each) => each + joinerOf(last) + first) : [first];
  }
}

/** The type that a function around extends from outside. */
function extendedAround(fn: Site['fn']): string[] {
  for (let at = fn; at; at = at.outer) if (at.extends !== undefined) return [at.extends];
  return [];
}

/** In C#, Java and their kin a constructor sets a field without `this`. */
const isSetWithout = ({ fn, owner }: Binding): boolean =>
  owner !== undefined && fn !== undefined && isConstructor(fn);

const encloses = (outer: Site['fn'], inner: Site['fn']): boolean => {
  for (let at = inner; at; at = at.outer) if (at === outer) return true;
  return false;
};

/** Items with what stands between them: `[base, path].join('/')`. */
const between = (items: readonly Expr[], separator: Expr = text(',')): Expr[] =>
  items.flatMap((item, at) => (at === 0 ? [item] : [separator, item]));

function inner(expr: Expr): Expr[] {
  switch (expr.is) {
    case 'call':
      // The function is no text: what it gives is what the call stands for.
      return [
        expr,
        ...expr.args.flatMap(({ value }) => inner(value)),
        ...(expr.callee.is === 'member' ? inner(expr.callee.of) : []),
      ];
    case 'member':
      return [expr, ...inner(expr.of)];
    case 'record':
      return expr.entries.flatMap(([, value]) => inner(value));
    case 'list':
      return [expr, ...expr.items.flatMap(inner)];
    default:
      return [expr];
  }
}

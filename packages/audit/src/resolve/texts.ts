import type { CallExpr, Expr } from '../language/code.ts';
import { pathOf } from '../language/code.ts';
import { answerTexts, returnedTexts } from './answer-texts.ts';
import { argumentOf, argumentsFor, type Given, isConstructor } from './arguments.ts';
import { bindingsNamed } from './bindings.ts';
import { defaultTexts, fieldTexts, memberTexts, textsOfTypes } from './field-texts.ts';
import { fieldAskedBy } from './generated-getters.ts';
import { hole } from './hole.ts';
import { between, inner } from './parts.ts';
import type { Project } from './project.ts';
import { maxTexts, type Reading } from './reading.ts';
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

class Reader implements Reading {
  readonly project: Project;
  readonly #settings: Settings;
  readonly #asksCallers: boolean;
  #visits = 0;

  constructor(project: Project, settings: Settings, asksCallers = false) {
    this.project = project;
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
    const extended = textsOfTypes(extendedAround(site.fn), name, site, steps, this);
    if (extended.length > 0) return extended;
    for (const each of file.code.imports) {
      if (each.local !== name) continue;
      const found = this.project
        .imported(file, each)
        .flatMap((other) => this.#constant(other, each.name ?? name, steps));
      if (found.length > 0) return found;
    }
    const beside = this.project.neighbours(file).filter((other) => other !== file);
    return [...beside, ...filesKeeping(name, file, this.project)].flatMap((other) =>
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
    return argumentsFor(fn, name, this.project)
      .filter((each) => isConstructor(fn) || isBeside(each))
      .flatMap(({ value, at }) => this.read(value, at, steps));
  }

  /** A field of the class around, or what a method or computed property of it gives. */
  #field(name: string, site: Site, steps: number): string[] {
    const found = fieldTexts(name, site, steps, this);
    return found.length > 0 ? found : returnedTexts(name, site, steps, this);
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
    const fields = this.project
      .declaring(path.at(-2) ?? '', site.file.language)
      .flatMap((file) => this.#constant(file, expr.name, steps));
    if (fields.length > 0) return fields;
    const part = valuesOf(expr, site, this.project).flatMap(({ value, at }) =>
      value === expr || value.is === 'other' ? [] : this.read(value, at, steps),
    );
    if (part.length > 0) return part.slice(0, maxTexts);
    const ofType = memberTexts(expr, site, steps, this);
    if (ofType.length > 0) return ofType;
    const settings = isSetting(path) ? this.#setting(expr.name) : [];
    return settings.length > 0 ? settings : defaultTexts(expr.name, steps, this);
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
      .flatMap((each) => this.project.imported(site.file, each))
      .flatMap((file) => this.#constant(file, name, steps));
  }

  /** Whether a function of the codebase gives what a call stands for, and makes no request itself. */
  #isOwn({ callee }: CallExpr): boolean {
    const name = pathOf(callee).at(-1) ?? '';
    return this.project.returnsOf(name).length > 0;
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
      const found = answerTexts(expr, site, steps, this);
      const field = found.length > 0 ? undefined : fieldAskedBy(expr.callee, site.file.language.id);
      return field ? this.#member(field, site, steps) : found;
    }
    const list = last === 'join' && expr.callee.is === 'member' ? expr.callee.of : undefined;
    if (list?.is === 'list' && !list.any)
      return this.#joined(between(list.items, args[0]), site, steps);
    const own = expr.callee.is === 'member' ? this.read(expr.callee.of, site, steps) : [];
    if (joinsAll.test(last) && args.length > 1)
      return [this.#parts(args, site, steps).reduce(joined)];
    const template = /^format$/i.test(last) ? formatOf(args) : -1;
    if (template >= 0) {
      const fills = args.slice(template + 1).map((each) => this.read(each, site, steps)[0]);
      return this.read(args[template]!, site, steps).map((each) => filled(each, fills));
    }
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

/** Which argument is the template, where what comes before it is a culture or locale. */
const formatOf = (args: readonly Expr[]): number =>
  args
    .slice(0, 2)
    .findIndex(
      ({ is, ...each }) =>
        is === 'text' &&
        'parts' in each &&
        each.parts.some((part) => typeof part === 'string' && /\{\d|%\w/.test(part)),
    );

/** The type that a function around extends from outside. */
function extendedAround(fn: Site['fn']): string[] {
  for (let at = fn; at; at = at.outer) if (at.extends !== undefined) return [at.extends];
  return [];
}

const encloses = (outer: Site['fn'], inner: Site['fn']): boolean => {
  for (let at = inner; at; at = at.outer) if (at === outer) return true;
  return false;
};

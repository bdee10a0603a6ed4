import { type Binding, type CodeFunction, type Expr, pathOf } from '../language/code.ts';
import { argumentsFor, type Given } from './arguments.ts';
import { bindingsNamed } from './bindings.ts';
import type { Project } from './project.ts';
import { push } from './push.ts';
import type { Site } from './site.ts';

/**
 * The functions, each as it is named there, that a function is given to call: for a parameter, for a
 * part of one (`{ check }`, `props.check`), and as an attribute of the component that it is.
 */
export function givenFunctions(callee: Expr, site: Site, project: Project): Given[] {
  if (!/^(python|javascript)$/.test(site.file.language.id)) return [];
  const path = pathOf(callee);
  if (path.length > 2 || (callee.is !== 'name' && callee.is !== 'member')) return [];
  for (let fn = site.fn; fn; fn = fn.outer) {
    const asked = partAsked(path, fn, site);
    if (asked === 'another') return [];
    if (asked) return givenTo(fn, asked, site, project).filter(({ value }) => isNamed(value));
  }
  return [];
}

interface Part {
  readonly param: string;
  /** Of a record, or of a component's attributes. */
  readonly key?: string;
}

/** Which parameter of a function a path means, or a part of one; `another`: a variable of its own. */
function partAsked(
  [root = '', key]: readonly string[],
  fn: CodeFunction,
  { file }: Site,
): Part | 'another' | undefined {
  if (fn.params.some(({ name }) => name === root))
    return { param: root, ...(key !== undefined && { key }) };
  const here = bindingsNamed(file.code, root).filter((each) => each.fn === fn);
  if (here.length === 0) return undefined;
  for (const { value } of here)
    if (key === undefined && value?.is === 'member' && value.of.is === 'name') {
      const { name } = value.of;
      if (fn.params.some((each) => each.name === name)) return { param: name, key: value.name };
    }
  return 'another';
}

function givenTo(fn: CodeFunction, { param, key }: Part, site: Site, project: Project): Given[] {
  if (fn.name === '' || /^(constructor|__init__)$/.test(fn.name)) return [];
  const given = argumentsFor(fn, param, project);
  if (key === undefined) return given;
  const parts = given.flatMap(({ value, at }) =>
    value.is === 'record'
      ? value.entries.filter(([each]) => each === key).map(([, part]) => ({ value: part, at }))
      : [],
  );
  const isComponent = site.file.language.id === 'javascript' && /^[A-Z]/.test(fn.name);
  return isComponent ? [...parts, ...attributesOf(`<${fn.name}>.${key}`, project)] : parts;
}

const isNamed = ({ is }: Expr): boolean => is === 'name' || is === 'member';

const known = new WeakMap<Project, Map<string, Given[]>>();

/** What components are given, by the component and the attribute. */
function attributesOf(name: string, project: Project): readonly Given[] {
  const attributes = known.get(project) ?? attributesIn(project);
  known.set(project, attributes);
  return attributes.get(name) ?? [];
}

function attributesIn(project: Project): Map<string, Given[]> {
  const found = new Map<string, Given[]>();
  project.eachFile((file) => {
    for (const { name, value, fn, owner } of file.code.bindings as readonly Binding[])
      if (value && name.startsWith('<')) push(found, name, { value, at: { file, fn, owner } });
  });
  return found;
}

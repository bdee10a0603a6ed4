import type { Expr } from '../language/code.ts';
import type { Site } from './site.ts';

/**
 * The names in the type that a variable, parameter or field is declared with: of `List<Assistant>`
 * both. None where it is declared without, or is none of these.
 */
export function declaredTypesOf(expr: Expr, site: Site): string[] {
  if (expr.is === 'member')
    return expr.of.is === 'name' && expr.of.name === 'this' ? fieldType(expr.name, site) : [];
  if (expr.is !== 'name') return [];
  const { bindings } = site.file.code;
  for (let fn = site.fn; fn; fn = fn.outer) {
    const here = bindings.filter((each) => each.fn === fn && each.name === expr.name);
    const type =
      here.find((each) => each.type !== undefined)?.type ??
      fn.params.find(({ name }) => name === expr.name)?.type;
    if (type !== undefined) return namesIn(type);
    if (here.length > 0) return [];
  }
  return fieldType(expr.name, site);
}

function fieldType(name: string, { file, owner }: Site): string[] {
  const field = file.code.bindings.find(
    (each) => each.owner === owner && each.name === `this.${name}` && each.type !== undefined,
  );
  return field?.type === undefined ? [] : namesIn(field.type);
}

const namesIn = (type: string): string[] => type.match(/[A-Za-z_]\w*/g) ?? [];

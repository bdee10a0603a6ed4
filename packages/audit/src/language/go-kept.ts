import type { KeptAs } from './code.ts';
import { child, type SyntaxNode } from './syntax.ts';

/**
 * What a function without a name is kept under in Go: a variable (`ask := func() {…}`), a field of
 * one (`s.again = func() {…}`), or a field of the struct that is made around it.
 */
export function keptInGo(literal: SyntaxNode): KeptAs | undefined {
  const holder = literal.parent();
  if (holder?.kind === 'literal_element') return keptInRecord(holder);
  if (holder?.kind !== 'expression_list') return undefined;
  const statement = holder.parent();
  const place = holder.named.findIndex(({ id }) => id === literal.id);
  if (statement?.kind === 'var_spec') {
    const names = statement.named.filter(({ kind }) => kind === 'identifier');
    return named(names[place]);
  }
  return /^(short_var_declaration|assignment_statement)$/.test(statement?.kind ?? '')
    ? named(statement?.field('left')?.named[place])
    : undefined;
}

function named(target: SyntaxNode | undefined): KeptAs | undefined {
  if (target?.kind === 'identifier') return { name: target.text() };
  if (target?.kind !== 'selector_expression') return undefined;
  const of = target.field('operand');
  const owner = of?.kind === 'identifier' ? typeOfVariable(of) : undefined;
  return {
    name: target.field('field')?.text() ?? '',
    of: of?.text() ?? '',
    ...(owner !== undefined && { owner }),
  };
}

function keptInRecord(element: SyntaxNode): KeptAs | undefined {
  const entry = element.parent();
  const record = entry?.parent()?.parent();
  const type = record?.kind === 'composite_literal' ? record.field('type') : null;
  const [key] = entry?.named ?? [];
  if (entry?.kind !== 'keyed_element' || !key || !type || type.kind === 'map_type')
    return undefined;
  return { name: key.text(), owner: bare(type.text()) };
}

/** What a variable was made as, or is declared as, in the functions around. */
function typeOfVariable(variable: SyntaxNode): string | undefined {
  const name = variable.text();
  for (let at = variable.parent(); at; at = at.parent()) {
    for (const list of [at.field('receiver'), at.field('parameters')])
      for (const each of list?.named ?? [])
        if (child(each, 'identifier')?.text() === name) return bare(each.field('type')?.text());
    if (at.kind !== 'statement_list') continue;
    const made = at.named.find(
      (each) =>
        each.kind === 'short_var_declaration' && each.field('left')?.named[0]?.text() === name,
    );
    const value = made?.field('right')?.named[0];
    const literal = value?.kind === 'unary_expression' ? value.field('operand') : value;
    if (literal?.kind === 'composite_literal') return bare(literal.field('type')?.text());
  }
  return undefined;
}

/** `*stream.Stream[T]` is a `Stream`. */
const bare = (type = ''): string =>
  type.replace(/^[*&]/, '').replace(/\[.*$/s, '').replace(/^.*\./, '');

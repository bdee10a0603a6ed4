import { type Argument, type Expr, type Import, member, name, text } from './code.ts';
import { callAt, either, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const swift: Grammar = {
  parser: 'swift',
  loops: new Set(['for_statement', 'while_statement', 'repeat_while_statement']),
  tries: new Set(['do_statement']),
  handlers: new Set(['catch_block']),
  spawns: new Set(),
  imports,
  fn,
  owner: (node) =>
    node.kind === 'class_declaration' || node.kind === 'protocol_declaration'
      ? child(node, 'type_identifier', 'user_type')?.text()
      : undefined,
  supers: (node) =>
    node.named
      .flatMap((each) => (each.kind === 'inheritance_specifier' ? each.text() : []))
      .join(' '),
  bindings,
  expr,
};

/** A module's names need no prefix. */
function imports(node: SyntaxNode): Import[] {
  if (node.kind !== 'import_declaration') return [];
  const module = child(node, 'identifier')?.text() ?? '';
  return [{ module, local: '*', line: node.line }];
}

const functionKinds = new Set([
  'function_declaration',
  'init_declaration',
  'protocol_function_declaration',
]);

function fn(node: SyntaxNode): FunctionHead | undefined {
  const kind = node.kind;
  if (kind === 'lambda_literal') return { name: '', params: [], marks: [] };
  if (kind === 'computed_property') {
    const pattern = child(node.parent(), 'pattern');
    return { name: pattern?.text() ?? '', params: [], marks: [] };
  }
  if (!functionKinds.has(kind)) return undefined;
  const modifiers = child(node, 'modifiers');
  const result = kind === 'function_declaration' ? child(node, ...typeKinds)?.text() : undefined;
  return {
    name: child(node, 'simple_identifier')?.text() ?? 'init',
    params: node.named.flatMap((each) => (each.kind === 'parameter' ? nameAndType(each) : [])),
    ...(result !== undefined && { result }),
    marks: (modifiers ? modifiers.named : [])
      .filter((each) => each.kind === 'attribute')
      .map((each) => each.text()),
    isAsync: /\basync\b/.test(node.text().split('{')[0] ?? ''),
  };
}

function nameAndType(node: SyntaxNode): { name: string; type?: string } {
  const labels = node.named.filter((each) => each.kind === 'simple_identifier');
  const type = typeOf(node);
  return { name: labels.at(-1)?.text() ?? '', ...(type !== undefined && { type }) };
}

const typeKinds = ['user_type', 'optional_type', 'array_type'] as const;

const typeOf = (node: SyntaxNode): string | undefined => {
  const type = child(node, 'user_type', 'optional_type', 'type_annotation');
  return type?.text().replace(/^:\s*/, '');
};

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  if (node.kind === 'assignment') {
    const [left, right] = node.named;
    const label = left?.text().replace(/^self\./, 'this.') ?? '';
    return left && right ? [{ name: label, value: read(right) }] : [];
  }
  if (node.kind === 'guard_statement' || node.kind === 'if_statement') return unwrapped(node, read);
  if (node.kind === 'statements') return given(node, read);
  if (node.kind === 'enum_entry') return rawValue(node, read);
  if (node.kind !== 'property_declaration') return [];
  const parts = node.named;
  const pattern = parts.findIndex((each) => each.kind === 'pattern');
  const label = parts[pattern]?.text();
  if (label === undefined) return [];
  const isField = /^(class|enum)_body$/.test(node.parent()?.kind ?? '');
  const value = parts
    .slice(pattern + 1)
    .find((each) => !['type_annotation', 'computed_property'].includes(each.kind));
  return [
    {
      name: isField ? `this.${label}` : label,
      type: typeOf(node),
      ...(value && { value: read(value) }),
    },
  ];
}

/** `if let url = …`, `guard let url = …`. */
const unwrapped = (node: SyntaxNode, read: ReadExpr): BindingHead[] =>
  node.named.flatMap((each, at) => {
    const [label, value] = node.named.slice(at + 1, at + 3);
    if (each.kind !== 'value_binding_pattern' || label?.kind !== 'simple_identifier') return [];
    return value && value.kind !== 'statements' ? [{ name: label.text(), value: read(value) }] : [];
  });

/** A body of one expression gives it back. */
function given(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  const [only, more] = node.named;
  const isBody = /^(computed_property|function_body)$/.test(node.parent()?.kind ?? '');
  if (!isBody || !only || more || /statement|declaration|assignment/.test(only.kind)) return [];
  return [{ name: 'return', value: read(only) }];
}

function rawValue(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  const [label, value] = node.named;
  return label && value ? [{ name: `this.${label.text()}`, value: read(value) }] : [];
}

/** What the branches of an `if` or `switch` give, where they stand for a value. */
function branchesOf(node: SyntaxNode): SyntaxNode[] {
  return node.named.flatMap((each): SyntaxNode[] => {
    if (each.kind === 'switch_entry') return branchesOf(each);
    const last = each.kind === 'statements' ? each.named.at(-1) : undefined;
    return last ? [last] : [];
  });
}

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'simple_identifier':
      // What is static is asked of the type around: `Self.ask()`.
      return name(node.text() === 'Self' ? 'this' : node.text());
    case 'self_expression':
      return name('this');
    case 'postfix_expression':
    case 'tuple_expression':
    case 'optional_chaining_expression':
      return readInner(node, read);
    case 'await_expression':
    case 'try_expression': {
      const inner = node.named.findLast((each) => each.kind !== 'try_operator');
      return inner && read(inner);
    }
    case 'navigation_expression': {
      const [object, suffix] = node.named;
      const label = suffix ? suffix.text().replace(/^\??\./, '') : '';
      return object && member(read(object), label);
    }
    case 'call_expression':
      return callOf(node, read);
    case 'line_string_literal':
    case 'multi_line_string_literal':
      return text(...pieces(node, read));
    case 'additive_expression':
      return text(...node.named.map(read));
    case 'nil_coalescing_expression':
    case 'ternary_expression':
      return either(...node.named.map(read));
    case 'if_statement':
    case 'switch_statement':
      return node.parent()?.kind === 'property_declaration'
        ? either(...branchesOf(node).map(read))
        : undefined;
    case 'array_literal':
      return { is: 'list', any: false, items: node.named.map(read) };
    case 'dictionary_literal':
      return { is: 'record', entries: pairs(node, read) };
    default:
      return undefined;
  }
}

function callOf(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  const [callee, suffix] = node.named;
  if (!callee || !suffix) return undefined;
  const list = child(suffix, 'value_arguments');
  const args = (list ? list.named : []).flatMap((each): Argument[] => {
    const label = child(each, 'value_argument_label')?.text();
    const value = each.named.at(-1);
    return value ? [{ ...(label !== undefined && { name: label }), value: read(value) }] : [];
  });
  return callAt(node, read(callee), args);
}

function pairs(node: SyntaxNode, read: ReadExpr): [string, Expr][] {
  const parts = node.named;
  const entries: [string, Expr][] = [];
  for (let at = 0; at + 1 < parts.length; at += 2)
    entries.push([parts[at]!.text().replaceAll('"', ''), read(parts[at + 1]!)]);
  return entries;
}

function pieces(node: SyntaxNode, read: ReadExpr): (string | Expr)[] {
  return node.named.map((piece): string | Expr =>
    piece.kind === 'interpolated_expression' ? (readInner(piece, read) ?? text()) : piece.text(),
  );
}

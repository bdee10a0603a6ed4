import { type Argument, type Expr, type Import, member, name, other, text } from './code.ts';
import { callAt, either, readField, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const python: Grammar = {
  parser: 'python',
  loops: new Set([
    'for_statement',
    'while_statement',
    'list_comprehension',
    'generator_expression',
    'dictionary_comprehension',
  ]),
  tries: new Set(['try_statement']),
  handlers: new Set(['except_clause', 'except_group_clause']),
  spawns: new Set(),
  imports,
  fn,
  owner: (node) => (node.kind === 'class_definition' ? node.field('name')?.text() : undefined),
  supers: (node) => node.field('superclasses')?.text() ?? '',
  bindings,
  expr,
};

function imports(node: SyntaxNode): Import[] {
  const line = node.line;
  if (node.kind === 'import_statement')
    return node.named.map((each): Import => {
      if (each.kind === 'aliased_import') {
        const module = each.field('name')?.text() ?? '';
        return { module, local: each.field('alias')?.text() ?? module, line };
      }
      // `import a.b` binds `a`, through which `a.b` is reached.
      const module = each.text();
      const top = module.split('.')[0] ?? module;
      return { module: top, local: top, line };
    });
  if (node.kind !== 'import_from_statement') return [];
  const from = node.field('module_name');
  const module = from?.text() ?? '';
  return node.named.flatMap((each): Import[] => {
    if (each.id === from?.id) return [];
    if (each.kind === 'wildcard_import') return [{ module, local: '*', line }];
    const imported = each.field('name')?.text() ?? each.text();
    return [{ module, name: imported, local: each.field('alias')?.text() ?? imported, line }];
  });
}

function fn(node: SyntaxNode): FunctionHead | undefined {
  if (node.kind === 'lambda') return { name: '', params: [], marks: [] };
  if (node.kind !== 'function_definition') return undefined;
  const params = node.field('parameters');
  const result = node.field('return_type')?.text();
  return {
    name: node.field('name')?.text() ?? '',
    params: (params ? params.named : []).map((param) => {
      const type = param.field('type')?.text();
      const label = param.field('name') ?? child(param, 'identifier') ?? param;
      return { name: label.text(), ...(type !== undefined && { type }) };
    }),
    ...(result !== undefined && { result }),
    marks: marksOf(node.parent()),
    isAsync: node.text().startsWith('async'),
  };
}

const marksOf = (parent: SyntaxNode | null): string[] =>
  parent?.kind === 'decorated_definition'
    ? parent.named.flatMap((each) => (each.kind === 'decorator' ? each.text() : []))
    : [];

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  const kind = node.kind;
  if (kind === 'assignment' || kind === 'named_expression') {
    const left = node.field('left') ?? node.field('name');
    const right = node.field('right') ?? node.field('value');
    const type = node.field('type')?.text();
    const value = right ? read(right) : undefined;
    if (!left) return [];
    if (left.kind === 'subscript')
      return [
        { name: `${tableOf(left)}[]`, type, value },
        { name: left.text().replace(/^(self|cls)\./, 'this.') },
      ];
    const inClass = node.parent()?.parent()?.parent()?.kind === 'class_definition';
    const label = left.text().replace(/^(self|cls)\./, 'this.');
    return [{ name: inClass ? `this.${label}` : label, type, value }];
  }
  if (kind === 'default_parameter' || kind === 'typed_default_parameter') {
    const label = node.field('name')?.text() ?? '';
    return [{ name: label, value: readField(node, 'value', read) }];
  }
  if (kind === 'for_statement' || kind === 'for_in_clause') return itemOf(node, read);
  if (kind !== 'as_pattern') return [];
  const [value, target] = node.named;
  return value && target ? [{ name: target.text(), value: read(value) }] : [];
}

/** What `table[key] = value` puts it into. */
const tableOf = (left: SyntaxNode): string =>
  (left.field('value')?.text() ?? '').replace(/^(self|cls)\./, 'this.');

/** The name of each item in turn, bound to what is gone through. */
function itemOf(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  const left = node.field('left');
  const right = node.field('right');
  if (!left || !right) return [];
  const items = read(right);
  if (left.kind === 'identifier')
    return [{ name: left.text(), value: stripped(items, /^(values|copy)$/) ?? items }];
  const [, item] = left.named;
  const table = stripped(items, /^items$/) ?? numbered(items);
  return table && item?.kind === 'identifier' ? [{ name: item.text(), value: table }] : [];
}

/** `table` of `table.values()`. */
const stripped = (expr: Expr, way: RegExp): Expr | undefined =>
  expr.is === 'call' && expr.callee.is === 'member' && way.test(expr.callee.name)
    ? expr.callee.of
    : undefined;

/** `list` of `enumerate(list)`. */
const numbered = (expr: Expr): Expr | undefined =>
  expr.is === 'call' && expr.callee.is === 'name' && expr.callee.name === 'enumerate'
    ? expr.args[0]?.value
    : undefined;

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'await':
    case 'parenthesized_expression':
    case 'expression_statement':
      return readInner(node, read);
    case 'identifier':
      return name(node.text() === 'self' || node.text() === 'cls' ? 'this' : node.text());
    case 'attribute':
      return member(readField(node, 'object', read), node.field('attribute')?.text() ?? '');
    case 'subscript': {
      const index = node.field('subscript');
      return member(readField(node, 'value', read), index ? keyOf(index) : '');
    }
    case 'string':
      return text(...pieces(node, read));
    case 'concatenated_string':
      return text(...node.named.map(read));
    case 'call':
      return callOf(node, read);
    case 'binary_operator': {
      const operator = node.field('operator')?.text();
      const sides = [readField(node, 'left', read), readField(node, 'right', read)];
      // What is piped is run as one, and so by the model in it.
      if (operator === '|') return either(...sides);
      return operator === '+' || operator === '%' ? text(...sides) : other('');
    }
    case 'boolean_operator':
      return either(readField(node, 'left', read), readField(node, 'right', read));
    case 'conditional_expression':
      return either(...node.named.map(read));
    case 'dictionary':
      return { is: 'record', entries: node.named.flatMap((pair) => entryOf(pair, read)) };
    case 'list':
    case 'tuple':
      return { is: 'list', any: false, items: node.named.map(read) };
    default:
      return undefined;
  }
}

function callOf(node: SyntaxNode, read: ReadExpr): Expr {
  const list = node.field('arguments');
  const args = (list ? list.named : []).map((each): Argument => {
    if (each.kind !== 'keyword_argument') return { value: read(each) };
    return { name: each.field('name')?.text() ?? '', value: readField(each, 'value', read) };
  });
  return callAt(node, readField(node, 'function', read), args);
}

function entryOf(pair: SyntaxNode, read: ReadExpr): [string, Expr][] {
  const [key, value] = [pair.field('key'), pair.field('value')];
  return key && value ? [[keyOf(key), read(value)]] : [];
}

const keyOf = (node: SyntaxNode): string =>
  node.kind === 'string' ? (child(node, 'string_content')?.text() ?? '') : node.text();

function pieces(node: SyntaxNode, read: ReadExpr): (string | Expr)[] {
  return node.named.flatMap((piece): (string | Expr)[] => {
    if (piece.kind === 'string_content') return [piece.text()];
    const inner = piece.kind === 'interpolation' ? piece.named[0] : undefined;
    return inner ? [read(inner)] : [];
  });
}

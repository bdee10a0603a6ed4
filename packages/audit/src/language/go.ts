import {
  type Argument,
  type Expr,
  embedded,
  type Import,
  member,
  name,
  other,
  text,
} from './code.ts';
import { callAt, readField, readInner } from './expressions.ts';
import { keptInGo } from './go-kept.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const go: Grammar = {
  parser: 'go',
  loops: new Set(['for_statement']),
  tries: new Set(),
  handlers: new Set([]),
  spawns: new Set(['go_statement']),
  imports,
  packageName: (node) =>
    node.kind === 'package_clause' ? child(node, 'package_identifier')?.text() : undefined,
  fn,
  owner: (node) =>
    node.kind === 'type_spec' && /^(struct|interface)_type$/.test(node.field('type')?.kind ?? '')
      ? node.field('name')?.text()
      : undefined,
  supers: () => '',
  alias: (node) => {
    const type = node.field('type');
    const isOther =
      node.kind === 'type_alias' || /^(qualified_type|type_identifier)$/.test(type?.kind ?? '');
    return isOther && type && /^type_(alias|spec)$/.test(node.kind)
      ? { name: node.field('name')?.text() ?? '', means: type.text() }
      : undefined;
  },
  asks: (node) => {
    const type = node.field('type');
    if (type?.kind !== 'interface_type') return undefined;
    return type.named.flatMap((each) => child(each, 'field_identifier')?.text() ?? []);
  },
  bindings,
  expr,
};

function imports(node: SyntaxNode): Import[] {
  if (node.kind !== 'import_spec') return [];
  const module = (node.field('path')?.text() ?? '').replace(/^["`]|["`]$/g, '');
  const alias = node.field('name')?.text();
  if (alias !== undefined) return [{ module, local: alias === '.' ? '*' : alias, line: node.line }];
  return packageNames(module).map((local) => ({ module, local, line: node.line }));
}

/**
 * What a package may be called where no alias says, which only its own source knows: its last part
 * without version and `go-`, or a word of it (`anthropic-sdk-go` is `anthropic`).
 */
function packageNames(module: string): string[] {
  const parts = module.split('/').filter((part) => !/^v\d+$/.test(part));
  const last = (parts.at(-1) ?? module).replace(/\.v\d+$/, '');
  const words = last.split(/[-.]/).filter((word) => !/^(go|golang|sdk|api)$/.test(word));
  return [...new Set([words.join(''), words[0] ?? last, words.at(-1) ?? last])];
}

function fn(node: SyntaxNode): FunctionHead | undefined {
  const kind = node.kind;
  if (kind === 'func_literal') {
    const keptAs = keptInGo(node);
    return {
      name: '',
      params: paramsOf(node),
      ...resultOf(node),
      marks: [],
      ...(keptAs && { keptAs }),
    };
  }
  if (kind !== 'function_declaration' && kind !== 'method_declaration') return undefined;
  const receiver = child(node.field('receiver'), 'parameter_declaration');
  const owner = receiver?.field('type')?.text().replace(/^\*/, '').replace(/\[.*$/, '');
  return {
    name: node.field('name')?.text() ?? '',
    params: paramsOf(node),
    ...resultOf(node),
    marks: [],
    ...(owner !== undefined && { owner }),
    ...(receiver && { receiver: receiver.field('name')?.text() ?? '' }),
  };
}

function resultOf(node: SyntaxNode): { result?: string } {
  const result = node.field('result')?.text();
  return result === undefined ? {} : { result };
}

function paramsOf(node: SyntaxNode): { name: string; type?: string }[] {
  const list = node.field('parameters');
  return (list ? list.named : []).flatMap((each) => {
    const type = typeIn(each);
    return each.named
      .filter((part) => part.kind === 'identifier')
      .map((part) => ({ name: part.text(), ...(type !== undefined && { type }) }));
  });
}

/** The type of a field or parameter; where it is a parameter of the type around, what that has to be. */
function typeIn(node: SyntaxNode): string | undefined {
  const type = node.field('type')?.text();
  if (type === undefined || !/^\*?[A-Z]\w*$/.test(type)) return type;
  for (let at = node.parent(); at; at = at.parent())
    for (const each of at.field('type_parameters')?.named ?? [])
      if (each.named.some((part) => part.kind === 'identifier' && part.text() === type))
        return each.field('type')?.text() ?? type;
  return type;
}

/** `return` alone gives back what stands under the name of the result. */
function namedResult(node: SyntaxNode): BindingHead[] {
  let fn = node.parent();
  while (fn && !/^(function|method)_declaration$|^func_literal$/.test(fn.kind)) fn = fn.parent();
  const result = child(fn?.field('result') ?? null, 'parameter_declaration');
  const label = child(result ?? null, 'identifier')?.text();
  return label === undefined ? [] : [{ name: 'return', value: name(label) }];
}

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  switch (node.kind) {
    case 'short_var_declaration':
    case 'assignment_statement':
      return pairs(node.field('left'), node.field('right'), read);
    case 'const_spec':
    case 'var_spec': {
      const value = node.field('value');
      const type = node.field('type')?.text();
      const values = value ? value.named : [];
      const names = node.named.filter((each) => each.kind === 'identifier');
      return names.map((each, at) => {
        const given = values[at];
        return { name: each.text(), type, ...(given && { value: read(given) }) };
      });
    }
    case 'return_statement':
      return node.named.length === 0 ? namedResult(node) : [];
    case 'field_declaration': {
      const type = typeIn(node);
      const names = node.named.filter((each) => each.kind === 'field_identifier');
      // An embedded field has no name: the members of its type are the struct's own.
      if (names.length === 0) return [{ name: embedded, type }];
      return names.map((each) => ({ name: `this.${each.text()}`, type }));
    }
    default:
      return [];
  }
}

/** `a, err := f()`: the first name is what counts. */
function pairs(left: SyntaxNode | null, right: SyntaxNode | null, read: ReadExpr): BindingHead[] {
  const [names, values] = [left ? left.named : [], right ? right.named : []];
  return names.flatMap((each, at): BindingHead[] => {
    const value = values[at];
    return value ? [{ name: each.text(), value: read(value) }] : [];
  });
}

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'identifier':
    case 'field_identifier':
    case 'package_identifier':
    case 'type_identifier':
      return name(node.text());
    case 'parenthesized_expression':
    case 'expression_statement':
    case 'expression_list':
    case 'literal_element':
      return readInner(node, read);
    case 'unary_expression':
      return readField(node, 'operand', read);
    case 'selector_expression':
      return member(readField(node, 'operand', read), node.field('field')?.text() ?? '');
    case 'qualified_type':
      return member(name(node.field('package')?.text() ?? ''), node.field('name')?.text() ?? '');
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return text(node.text().slice(1, -1));
    case 'call_expression': {
      const list = node.field('arguments');
      const args = (list ? list.named : []).map((each): Argument => ({ value: read(each) }));
      return formatted(callAt(node, readField(node, 'function', read), args));
    }
    case 'composite_literal':
      return composite(node, read);
    case 'literal_value':
      return literal(node, read);
    case 'binary_expression':
      return node.field('operator')?.text() === '+'
        ? text(readField(node, 'left', read), readField(node, 'right', read))
        : other('');
    default:
      return undefined;
  }
}

function composite(node: SyntaxNode, read: ReadExpr): Expr {
  const body = node.field('body');
  const value = body ? literal(body, read) : other('');
  return value.is === 'record' ? { ...value, type: node.field('type')?.text() ?? '' } : value;
}

function literal(body: SyntaxNode, read: ReadExpr): Expr {
  const parts = body.named;
  if (parts.length > 0 && parts.every((each) => each.kind !== 'keyed_element'))
    return { is: 'list', any: false, items: parts.map(read) };
  const entries = parts.flatMap((each): [string, Expr][] => {
    const [key, value] = each.named;
    return key && value ? [[key.text().replaceAll('"', ''), read(value)]] : [];
  });
  return { is: 'record', entries };
}

/** `fmt.Sprintf("%s/v1", base)` is the text it makes; other calls are themselves. */
function formatted(call: Expr): Expr {
  if (call.is !== 'call' || call.callee.is !== 'member' || call.callee.name !== 'Sprintf')
    return call;
  const [format, ...values] = call.args.map(({ value }) => value);
  const [template] = format?.is === 'text' ? format.parts : [];
  if (typeof template !== 'string') return call;
  const pieces = template.split(/%[+#]?[a-z]/);
  return text(
    ...pieces.flatMap((piece, at) =>
      at === pieces.length - 1 ? [piece] : [piece, values[at] ?? other('')],
    ),
  );
}

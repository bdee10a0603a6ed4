import {
  type Argument,
  type Expr,
  type Import,
  member,
  name,
  other,
  type PassedOn,
  text,
} from './code.ts';
import { callAt, either, readField, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { child, type SyntaxNode } from './syntax.ts';

/** TypeScript and JavaScript, with or without JSX: one family of grammars. */
export const ecmascript = (parser: 'TypeScript' | 'Tsx' | 'JavaScript'): Grammar => ({
  parser,
  loops: new Set(['for_statement', 'for_in_statement', 'while_statement', 'do_statement']),
  tries: new Set(['try_statement']),
  handlers: new Set(['catch_clause']),
  spawns: new Set(),
  imports,
  passedOn,
  fn,
  owner: (node) =>
    /^((abstract_)?class(_declaration)?|(interface|enum)_declaration)$/.test(node.kind)
      ? node.field('name')?.text()
      : undefined,
  supers: (node) =>
    (child(node, 'class_heritage') ?? child(node, 'extends_type_clause'))?.text() ?? '',
  bindings,
  expr,
});

function imports(node: SyntaxNode): Import[] {
  if (node.kind !== 'import_statement') return [];
  const module = unquoted(node.field('source'));
  const clause = child(node, 'import_clause');
  if (module === undefined || !clause) return [];
  const line = node.line;
  return clause.named.flatMap((each): Import[] => {
    if (each.kind === 'identifier') return [{ module, name: 'default', local: each.text(), line }];
    if (each.kind === 'namespace_import')
      return [{ module, local: child(each, 'identifier')?.text() ?? '', line }];
    return each.named.map((one) => {
      const imported = one.field('name')?.text() ?? one.text();
      return { module, name: imported, local: one.field('alias')?.text() ?? imported, line };
    });
  });
}

function passedOn(node: SyntaxNode): PassedOn[] {
  if (node.kind !== 'export_statement') return [];
  const module = unquoted(node.field('source'));
  if (module === undefined) return [];
  const clause = child(node, 'export_clause');
  if (!clause) return [{ module }];
  return clause.named.map((one) => {
    const exported = one.field('name')?.text() ?? one.text();
    return { module, name: exported, as: one.field('alias')?.text() ?? exported };
  });
}

const functionKinds = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]);

function fn(node: SyntaxNode): FunctionHead | undefined {
  if (!functionKinds.has(node.kind)) return undefined;
  const params = node.field('parameters');
  const single = node.field('parameter');
  const result = node.field('return_type');
  return {
    name: node.field('name')?.text() ?? nameFrom(node.parent()),
    params: [...(params ? params.named : []), ...(single ? [single] : [])].map((param) => ({
      name: (param.field('pattern') ?? param).text(),
      ...typeIn(param),
    })),
    ...(result && { result: result.text().replace(/^:\s*/, '') }),
    marks: marksBefore(node),
    isAsync: /^\s*((public|private|protected|static|override|export)\s+)*async\b/.test(
      node.text().slice(0, 80),
    ),
  };
}

/** An arrow is called what it is assigned to. */
function nameFrom(parent: SyntaxNode | null): string {
  const at = parent?.kind;
  if (at === 'variable_declarator' || at === 'public_field_definition' || at === 'field_definition')
    return (parent?.field('name') ?? parent?.field('property'))?.text() ?? '';
  if (at === 'export_statement') return 'default';
  if (at === 'pair') return parent?.field('key')?.text() ?? '';
  if (at === 'assignment_expression') return parent?.field('left')?.text().split('.').at(-1) ?? '';
  return '';
}

function marksBefore(node: SyntaxNode): string[] {
  const marks: string[] = [];
  const parent = node.parent();
  if (!parent) return marks;
  for (const each of parent.children()) {
    if (each.id === node.id) break;
    if (each.kind === 'decorator') marks.push(each.text());
    else if (each.isNamed) marks.length = 0;
  }
  return marks;
}

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  switch (node.kind) {
    case 'variable_declarator': {
      const value = node.field('value');
      return patterns(node.field('name'), value ? read(value) : undefined, typeIn(node).type, read);
    }
    case 'assignment_expression': {
      const [left, right] = [node.field('left'), node.field('right')];
      if (!left || !right) return [];
      return patterns(left, read(right), undefined, read);
    }
    case 'public_field_definition':
    case 'field_definition': {
      const field = node.field('name') ?? node.field('property');
      const value = node.field('value');
      return field
        ? [{ name: `this.${field.text()}`, ...typeIn(node), ...(value && { value: read(value) }) }]
        : [];
    }
    case 'export_statement': {
      if (!node.children().some(({ kind }) => kind === 'default')) return [];
      const declared = node.field('declaration')?.field('name')?.text();
      const value = node.field('value');
      if (declared === undefined && !value) return [];
      return [{ name: 'default', value: declared === undefined ? read(value!) : name(declared) }];
    }
    case 'enum_assignment': {
      const value = node.field('value');
      return value
        ? [{ name: `this.${node.field('name')?.text() ?? ''}`, value: read(value) }]
        : [];
    }
    case 'required_parameter':
    case 'optional_parameter':
      return parameter(node, read);
    case 'assignment_pattern': {
      const [left, right] = [node.field('left'), node.field('right')];
      if (!left || !right || node.parent()?.kind !== 'formal_parameters') return [];
      return left.kind === 'object_pattern'
        ? patterns(left, name(node.text()), undefined, read)
        : patterns(left, read(right), undefined, read);
    }
    case 'object_pattern':
      return node.parent()?.kind === 'formal_parameters'
        ? patterns(node, name(node.text()), undefined, read)
        : [];
    case 'jsx_attribute':
      return attribute(node, read);
    case 'arrow_function': {
      const body = node.field('body');
      return body && body.kind !== 'statement_block' ? [{ name: 'return', value: read(body) }] : [];
    }
    default:
      return [];
  }
}

/** What a component is given under a name, where that is named too: `<Panel check={checkKey} />`. */
function attribute(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  const component = node.parent()?.field('name')?.text() ?? '';
  const [key, value] = node.named;
  const given = value?.kind === 'jsx_expression' ? value.named[0] : undefined;
  if (!/^[A-Z]/.test(component) || !key || !given) return [];
  return given.kind === 'identifier' || given.kind === 'member_expression'
    ? [{ name: `<${component}>.${key.text()}`, value: read(given) }]
    : [];
}

/** A parameter that is a field, and one's default. */
function parameter(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  const pattern = node.field('pattern');
  const label = pattern?.text() ?? '';
  const value = node.field('value');
  if (pattern?.kind === 'object_pattern') return patterns(pattern, name(label), undefined, read);
  if (child(node, 'accessibility_modifier'))
    return [{ name: `this.${label}`, ...typeIn(node), value: value ? read(value) : name(label) }];
  return value ? [{ name: label, value: read(value) }] : [];
}

/** What a pattern on the left of `=` binds: a name, a member of `this`, or parts of the value. */
function patterns(
  left: SyntaxNode | null,
  value: Expr | undefined,
  type: string | undefined,
  read: ReadExpr,
): BindingHead[] {
  if (!left) return [];
  if (left.kind !== 'object_pattern') return [{ name: left.text(), type, value }];
  return value ? left.named.flatMap((each) => partsOf(each, value, read)) : [];
}

/** What one entry of an object's pattern binds: a part, one under another name, or all the rest. */
function partsOf(entry: SyntaxNode, value: Expr, read: ReadExpr): BindingHead[] {
  switch (entry.kind) {
    case 'rest_pattern':
      return [{ name: entry.named[0]?.text() ?? '', value }];
    case 'object_assignment_pattern': {
      const key = entry.field('left')?.text() ?? '';
      const otherwise = entry.field('right');
      const part = member(value, key);
      return [{ name: key, value: otherwise ? either(part, read(otherwise)) : part }];
    }
    case 'pair_pattern': {
      const key = entry.field('key')?.text() ?? '';
      const inner = entry.field('value');
      if (inner?.kind !== 'assignment_pattern')
        return patterns(inner, member(value, key), undefined, read);
      return patterns(inner.field('left'), member(value, key), undefined, read);
    }
    default:
      return [{ name: entry.text(), value: member(value, entry.text()) }];
  }
}

function typeIn(node: SyntaxNode): { type?: string } {
  const type = node.field('type');
  return type ? { type: type.text().replace(/^:\s*/, '') } : {};
}

const wrappers = new Set([
  'await_expression',
  'parenthesized_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'expression_statement',
]);

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  const kind = node.kind;
  if (wrappers.has(kind)) return readInner(node, read);
  switch (kind) {
    case 'identifier':
    case 'property_identifier':
    case 'shorthand_property_identifier':
    case 'this':
      return name(node.text());
    case 'string':
      return text(unquoted(node) ?? '');
    case 'template_string':
      return text(...pieces(node, read));
    case 'member_expression':
      return member(readField(node, 'object', read), node.field('property')?.text() ?? '');
    case 'subscript_expression':
      return member(
        readField(node, 'object', read),
        unquoted(node.field('index')) ?? node.field('index')?.text() ?? '',
      );
    case 'call_expression':
    case 'new_expression':
      return callOf(node, kind === 'new_expression', read);
    case 'binary_expression':
      return binary(node, read);
    case 'ternary_expression':
      return either(readField(node, 'consequence', read), readField(node, 'alternative', read));
    case 'object':
      return { is: 'record', entries: node.named.flatMap((entry) => entriesOf(entry, read)) };
    case 'array':
      return { is: 'list', any: false, items: node.named.map(read) };
    default:
      return undefined;
  }
}

function callOf(node: SyntaxNode, created: boolean, read: ReadExpr): Expr {
  const list = node.field('arguments');
  const args: Argument[] = list ? list.named.map((value) => ({ value: read(value) })) : [];
  const callee = readField(node, created ? 'constructor' : 'function', read);
  return callAt(node, callee, args, created);
}

function binary(node: SyntaxNode, read: ReadExpr): Expr {
  const operator = node.field('operator')?.text();
  const sides = [readField(node, 'left', read), readField(node, 'right', read)] as const;
  if (operator === '+') return text(...sides);
  if (operator === '||' || operator === '??') return either(...sides);
  return other('');
}

function entriesOf(entry: SyntaxNode, read: ReadExpr): [string, Expr][] {
  if (entry.kind === 'shorthand_property_identifier') return [[entry.text(), name(entry.text())]];
  if (entry.kind === 'spread_element') {
    const spread = entry.named[0];
    return spread ? [['...', read(spread)]] : [];
  }
  const key = entry.field('key');
  const value = entry.field('value');
  return key && value ? [[unquoted(key) ?? key.text(), read(value)]] : [];
}

function pieces(node: SyntaxNode, read: ReadExpr): (string | Expr)[] {
  return node.named.map((piece) => {
    const inner = piece.kind === 'template_substitution' ? piece.named[0] : undefined;
    return inner ? read(inner) : piece.text();
  });
}

function unquoted(node: SyntaxNode | null): string | undefined {
  if (node?.kind !== 'string') return undefined;
  return node.named.map((piece) => piece.text()).join('');
}

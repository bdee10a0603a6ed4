import { type Argument, type Expr, type Import, member, name, other, text } from './code.ts';
import { callAt, either, readField, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { dotted } from './java.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const rust: Grammar = {
  parser: 'rust',
  loops: new Set(['for_expression', 'while_expression', 'loop_expression']),
  tries: new Set(),
  handlers: new Set([]),
  spawns: new Set(),
  isTest: (node) =>
    node.kind === 'mod_item' && marksBefore(node).some((each) => /\bcfg\(\s*test\b/.test(each)),
  imports: (node) =>
    node.kind === 'use_declaration' ? used(node.field('argument'), [], node.line) : [],
  fn,
  owner: (node) => {
    const kind = node.kind;
    if (kind === 'impl_item') return node.field('type')?.text().replace(/<.*$/s, '');
    return kind === 'struct_item' || kind === 'trait_item' ? node.field('name')?.text() : undefined;
  },
  supers: (node) => node.field('trait')?.text() ?? '',
  alias: (node) =>
    node.kind === 'type_item'
      ? { name: node.field('name')?.text() ?? '', means: node.field('type')?.text() ?? '' }
      : undefined,
  bindings,
  expr,
};

/** The names of `use a::{b, c::{self, d as e}, f::*}`. */
function used(node: SyntaxNode | null, before: readonly string[], line: number): Import[] {
  if (!node) return [];
  switch (node.kind) {
    case 'use_list':
      return node.named.flatMap((each) => used(each, before, line));
    case 'scoped_use_list': {
      const path = node.field('path')?.text().split('::') ?? [];
      return used(node.field('list'), [...before, ...path], line);
    }
    case 'use_as_clause': {
      const path = [...before, ...(node.field('path')?.text().split('::') ?? [])];
      return [imported(path, node.field('alias')?.text() ?? '', line)];
    }
    case 'use_wildcard': {
      const path = node.text().replace(/::\*$/, '').split('::');
      return [{ module: [...before, ...path].join('::'), local: '*', line }];
    }
    default: {
      const path = [...before, ...node.text().split('::')];
      const whole = path.at(-1) === 'self' ? path.slice(0, -1) : path;
      return [imported(whole, whole.at(-1) ?? '', line)];
    }
  }
}

const imported = (path: readonly string[], local: string, line: number): Import =>
  path.length === 1
    ? { module: path[0] ?? '', local, line }
    : { module: path.slice(0, -1).join('::'), name: path.at(-1) ?? '', local, line };

function fn(node: SyntaxNode): FunctionHead | undefined {
  const kind = node.kind;
  if (kind === 'closure_expression') return { name: '', params: [], marks: [] };
  if (kind !== 'function_item') return undefined;
  const params = node.field('parameters');
  const result = node.field('return_type')?.text();
  return {
    name: node.field('name')?.text() ?? '',
    params: (params ? params.named : []).flatMap((each) => {
      const label = each.field('pattern')?.text();
      const type = boundIn(each);
      return label === undefined ? [] : [{ name: label, ...(type !== undefined && { type }) }];
    }),
    ...(result !== undefined && { result }),
    marks: marksBefore(node),
    isAsync: /\basync\b/.test(child(node, 'function_modifiers')?.text() ?? ''),
  };
}

/**
 * The type of a field or parameter, with the traits that a type parameter in it is bound to: of
 * `Arc<P>` in `struct Chat<P: Provider>` both.
 */
function boundIn(node: SyntaxNode): string | undefined {
  const type = node.field('type')?.text();
  const names = type?.match(/\b[A-Z]\w*\b/g);
  if (!names) return type;
  const bounds: string[] = [];
  for (let at = node.parent(); at; at = at.parent()) {
    const where = child(at, 'where_clause');
    for (const each of [...(at.field('type_parameters')?.named ?? []), ...(where?.named ?? [])]) {
      const bound = child(each, 'trait_bounds')?.text();
      const [name = ''] = /^\w+/.exec(each.text()) ?? [];
      if (bound !== undefined && names.includes(name)) bounds.push(bound);
    }
    if (/^(function|impl|struct|trait)_item$/.test(at.kind) && bounds.length > 0) break;
  }
  return bounds.length === 0 ? type : `${type} ${bounds.join(' ')}`;
}

function marksBefore(node: SyntaxNode): string[] {
  const marks: string[] = [];
  for (const each of node.parent()?.children() ?? []) {
    if (each.id === node.id) break;
    if (each.kind === 'attribute_item') marks.push(each.text());
    else if (each.isNamed && !each.kind.includes('comment')) marks.length = 0;
  }
  return marks;
}

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  switch (node.kind) {
    case 'function_item': {
      const last = node.field('body')?.named.at(-1);
      return last && !/(statement|declaration|item)$/.test(last.kind)
        ? [{ name: 'return', value: read(last) }]
        : [];
    }
    case 'let_declaration':
    case 'const_item':
    case 'static_item': {
      const label =
        (node.field('pattern') ?? node.field('name'))?.text().replace(/^mut /, '') ?? '';
      const value = node.field('value');
      const type = node.field('type')?.text();
      return [{ name: label, type, ...(value && { value: read(value) }) }];
    }
    // `body["messages"][0] = …`
    case 'assignment_expression': {
      const left = node.field('left');
      return left?.kind === 'index_expression' ? [{ name: left.text() }] : [];
    }
    case 'field_declaration':
      return [{ name: `this.${node.field('name')?.text() ?? ''}`, type: boundIn(node) }];
    case 'shorthand_field_initializer':
      return [{ name: `this.${node.text()}`, value: name(node.text()) }];
    case 'field_initializer':
      return [
        {
          name: `this.${node.field('field')?.text() ?? ''}`,
          value: readField(node, 'value', read),
        },
      ];
    default:
      return [];
  }
}

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'identifier':
    case 'field_identifier':
      return name(node.text());
    case 'self':
      return name('this');
    case 'await_expression':
    case 'try_expression':
    case 'parenthesized_expression':
    case 'expression_statement':
      return readInner(node, read);
    case 'reference_expression':
      return readField(node, 'value', read);
    case 'scoped_identifier':
      return dotted(node.text().replace(/<.*?>/gs, ''));
    case 'field_expression':
      return member(readField(node, 'value', read), node.field('field')?.text() ?? '');
    case 'closure_expression':
      return readField(node, 'body', read);
    case 'generic_function':
      return readField(node, 'function', read);
    case 'string_literal':
    case 'raw_string_literal':
      return text(child(node, 'string_content')?.text() ?? '');
    case 'call_expression': {
      const list = node.field('arguments');
      const args = (list ? list.named : []).map((each): Argument => ({ value: read(each) }));
      return callAt(node, readField(node, 'function', read), args);
    }
    case 'struct_expression':
      return {
        is: 'record',
        type: node.field('name')?.text() ?? '',
        entries: fieldsOf(node, read),
      };
    case 'binary_expression':
      return node.field('operator')?.text() === '+'
        ? text(readField(node, 'left', read), readField(node, 'right', read))
        : undefined;
    case 'block':
      return readLast(node, read);
    case 'else_clause':
      return readInner(node, read);
    case 'if_expression':
      return either(readField(node, 'consequence', read), readField(node, 'alternative', read));
    case 'match_expression':
      return either(
        ...(node.field('body')?.named ?? []).map((arm) => readField(arm, 'value', read)),
      );
    case 'macro_invocation':
      return macro(node, read);
    default:
      return undefined;
  }
}

/** What a block gives is its last expression. */
function readLast(block: SyntaxNode, read: ReadExpr): Expr | undefined {
  const last = block.named.at(-1);
  return last && !/(statement|declaration|item)$/.test(last.kind) ? read(last) : undefined;
}

const fieldsOf = (node: SyntaxNode, read: ReadExpr): [string, Expr][] =>
  (child(node, 'field_initializer_list')?.children() ?? []).flatMap((each): [string, Expr][] =>
    each.kind === 'field_initializer'
      ? [[each.field('field')?.text() ?? '', readField(each, 'value', read)]]
      : each.kind === 'shorthand_field_initializer'
        ? [[each.text(), name(each.text())]]
        : [],
  );

/** `format!("{}/v1", base)` and its kin are text; `json!({…})` is a record; others are not looked into. */
function macro(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  const label = node.field('macro')?.text() ?? '';
  const tree = child(node, 'token_tree');
  if (!tree) return undefined;
  if (label === 'json') return jsonOf(child(tree, 'token_tree') ?? tree, read);
  if (label !== 'format' && label !== 'concat') return undefined;
  const [format, ...values] = split(tree, ',').map((tokens) => tokensExpr(tokens, read));
  const template =
    format?.is === 'text' ? format.parts.filter((part) => typeof part === 'string').join('') : '';
  let next = 0;
  const pieces = template.split(/\{([^{}]*)\}/);
  return text(
    ...pieces.map((piece, at) => {
      if (at % 2 === 0) return piece;
      const inline = /^[a-z_]\w*$/i.test(piece) ? name(piece) : undefined;
      return inline ?? values[next++] ?? other('');
    }),
  );
}

function jsonOf(tree: SyntaxNode, read: ReadExpr): Expr {
  const entries = split(tree, ',').flatMap((tokens): [string, Expr][] => {
    const [key, ...value] = tokens.filter(({ kind }) => kind !== ':');
    if (key?.kind !== 'string_literal' || value.length === 0) return [];
    return [[child(key, 'string_content')?.text() ?? '', tokensExpr(value, read)]];
  });
  return { is: 'record', entries };
}

/** What stands between separators in the brackets of a macro, which no parser reads further. */
function split(tree: SyntaxNode, separator: string): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const token of tree.children().slice(1, -1))
    if (token.kind === separator) groups.push([]);
    else groups.at(-1)?.push(token);
  return groups.filter((tokens) => tokens.length > 0);
}

function tokensExpr(tokens: readonly SyntaxNode[], read: ReadExpr): Expr {
  const [first] = tokens;
  if (tokens.length === 1 && first) return read(first);
  const path = tokens.map((token) => token.text()).join('');
  return /^&?\w+([.:]+\w+)*(\(\))?$/.test(path) ? dotted(path.replace(/^&|\(\)$/g, '')) : other('');
}

import { type Argument, type Expr, type Import, member, name, text } from './code.ts';
import { callAt, either, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { askedOfContainer, dotted, injected } from './java.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const kotlin: Grammar = {
  parser: 'kotlin',
  loops: new Set(['for_statement', 'while_statement', 'do_while_statement']),
  tries: new Set(['try_expression']),
  handlers: new Set(['catch_block']),
  spawns: new Set(),
  imports,
  packageName: (node) =>
    node.kind === 'package_header' ? child(node, 'identifier')?.text() : undefined,
  fn,
  owner: (node) =>
    /^(class|object)_declaration$/.test(node.kind)
      ? child(node, 'type_identifier', 'simple_identifier')?.text()
      : undefined,
  supers: (node) =>
    node.named
      .flatMap((each) => (each.kind === 'delegation_specifier' ? each.text() : []))
      .join(' '),
  bindings,
  expr,
};

function imports(node: SyntaxNode): Import[] {
  if (node.kind !== 'import_header') return [];
  const whole = child(node, 'identifier')?.text() ?? '';
  const line = node.line;
  if (child(node, 'wildcard_import')) return [{ module: whole, local: '*', line }];
  const last = whole.split('.').at(-1) ?? whole;
  const alias = child(child(node, 'import_alias') ?? null, 'type_identifier', 'simple_identifier');
  return [
    { module: whole.slice(0, -last.length - 1), name: last, local: alias?.text() ?? last, line },
  ];
}

function fn(node: SyntaxNode): FunctionHead | undefined {
  const kind = node.kind;
  if (kind === 'lambda_literal' || kind === 'anonymous_function')
    return { name: '', params: [], marks: [] };
  if (kind !== 'function_declaration') return undefined;
  const params = child(node, 'function_value_parameters');
  const modifiers = child(node, 'modifiers');
  const result = resultOf(node);
  const extended = extendedBy(node);
  return {
    name: child(node, 'simple_identifier')?.text() ?? '',
    params: (params ? params.named : []).flatMap((each) =>
      each.kind === 'parameter' ? nameAndType(each) : [],
    ),
    ...(result !== undefined && { result }),
    ...(extended !== undefined && { extends: extended }),
    marks: (modifiers ? modifiers.named : [])
      .filter((each) => each.kind === 'annotation')
      .map((each) => each.text()),
    isAsync: /\bsuspend\b/.test(modifiers?.text() ?? ''),
  };
}

/** The type after the parameters; one before the name is what an extension extends. */
function resultOf({ named }: SyntaxNode): string | undefined {
  const after = named.findIndex(({ kind }) => kind === 'function_value_parameters') + 1;
  return named
    .slice(after)
    .find(({ kind }) => (typeKinds as readonly string[]).includes(kind))
    ?.text();
}

/** `fun Setting.Local.endpoint()` extends `Local`. */
function extendedBy({ named }: SyntaxNode): string | undefined {
  const before = named.slice(
    0,
    named.findIndex(({ kind }) => kind === 'simple_identifier'),
  );
  return before
    .find(({ kind }) => kind === 'user_type')
    ?.text()
    .replace(/<.*$/s, '')
    .split('.')
    .at(-1);
}

const typeKinds = ['user_type', 'nullable_type'] as const;

function nameAndType(node: SyntaxNode): { name: string; type?: string } {
  const type = child(node, ...typeKinds)?.text();
  return {
    name: child(node, 'simple_identifier')?.text() ?? '',
    ...(type !== undefined && { type }),
  };
}

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  switch (node.kind) {
    case 'property_declaration': {
      const declared = child(node, 'variable_declaration');
      if (!declared) return [];
      const { name: label, type } = nameAndType(declared);
      const isField = node.parent()?.kind === 'class_body';
      const given = valueAfter(node, declared);
      const value = given ? read(given) : injected(child(node, 'modifiers')?.text() ?? '');
      return [
        {
          name: isField ? `this.${label}` : label,
          type,
          ...(value && { value }),
        },
      ];
    }
    // A parameter of the primary constructor, with `val` or without, is seen by what stands in the class.
    case 'class_parameter': {
      const { name: label, type } = nameAndType(node);
      const given = defaultIn(node);
      const value = given ? read(given) : injected(child(node, 'modifiers')?.text() ?? '');
      return [{ name: `this.${label}`, type, ...(value && { value }) }];
    }
    case 'assignment': {
      const [left, right] = node.named;
      return left && right ? [{ name: left.text(), value: read(right) }] : [];
    }
    case 'function_value_parameters':
      return defaultsIn(node, read);
    // `fun f() = value`.
    case 'function_body': {
      const value = node.named[0];
      const isValue = value && value.kind !== 'statements' && node.parent()?.kind !== 'getter';
      return isValue ? [{ name: 'return', value: read(value) }] : [];
    }
    default:
      return [];
  }
}

/** What a parameter is where nobody gives it: it stands after the parameter. */
const defaultsIn = (list: SyntaxNode, read: ReadExpr): BindingHead[] =>
  list.named.flatMap((each, at) => {
    const before = list.named[at - 1];
    if (each.kind === 'parameter' || before?.kind !== 'parameter') return [];
    return [{ ...nameAndType(before), value: read(each) }];
  });

/** The value after a property's name and type. */
function defaultIn(node: SyntaxNode): SyntaxNode | undefined {
  const type = node.named.findIndex(({ kind }) => (typeKinds as readonly string[]).includes(kind));
  return type < 0 ? undefined : node.named[type + 1];
}

/** `= value`, `by lazy { value }` or `get() = value`. */
function valueAfter(node: SyntaxNode, declared: SyntaxNode): SyntaxNode | undefined {
  const parts = node.named;
  const rest = parts.slice(parts.findIndex((each) => each.id === declared.id) + 1);
  const value = rest.find((each) => !['getter', 'setter', 'type_constraints'].includes(each.kind));
  const getter = value ? undefined : rest.find((each) => each.kind === 'getter');
  if (getter) return lastIn(child(getter, 'function_body'));
  if (value?.kind !== 'property_delegate') return value;
  const lambda = descend(value, 'statements');
  return lambda ? lambda.named.at(-1) : undefined;
}

/** What a block gives back: its last expression, or the one that it is. */
function lastIn(block: SyntaxNode | undefined): SyntaxNode | undefined {
  const last = block?.named.at(-1);
  if (last?.kind === 'statements' || last?.kind === 'control_structure_body') return lastIn(last);
  return last?.kind === 'jump_expression' ? last.named.at(-1) : last;
}

function descend(node: SyntaxNode, kind: string): SyntaxNode | undefined {
  for (const each of node.named) {
    if (each.kind === kind) return each;
    const found = descend(each, kind);
    if (found) return found;
  }
  return undefined;
}

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'simple_identifier':
    case 'this_expression':
      return name(node.text());
    case 'callable_reference':
      return name(child(node, 'type_identifier', 'simple_identifier')?.text() ?? '');
    case 'parenthesized_expression':
    case 'postfix_expression':
    case 'as_expression':
      return readInner(node, read);
    case 'navigation_expression': {
      const [object, suffix] = node.named;
      const label = (suffix && child(suffix, 'simple_identifier')?.text()) ?? '';
      return object && member(read(object), label);
    }
    case 'call_expression':
      return callOf(node, read);
    case 'indexing_expression': {
      const [object, suffix] = node.named;
      const key = (suffix?.text() ?? '').replace(/["[\]]/g, '');
      return object && member(read(object), key);
    }
    case 'string_literal':
      return text(...pieces(node, read));
    case 'additive_expression':
      return text(...node.named.map(read));
    case 'elvis_expression':
      return either(...node.named.map(read));
    case 'if_expression':
    case 'when_expression':
      return either(...branchesOf(node).map(read));
    default:
      return undefined;
  }
}

function branchesOf(node: SyntaxNode): SyntaxNode[] {
  return node.named.flatMap((each): SyntaxNode[] => {
    if (each.kind === 'when_entry') return branchesOf(each);
    const last = each.kind === 'control_structure_body' ? lastIn(each) : undefined;
    return last ? [last] : [];
  });
}

/** Calls whose block says what to take where the object is nothing. */
const otherwise = /^(ifBlank|ifEmpty|getOrElse|orElse|getOrPut)$/;

/** The type that a container of services is asked for: IntelliJ's, Spring's, Koin's and Hilt's. */
const askedByType =
  /^(?:service|serviceOrNull|get|getBean|getInstance|inject|koinInject|koinViewModel|hiltViewModel|viewModel)<([A-Z]\w*)>$/;

function callOf(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  const [callee, suffix] = node.named;
  if (!callee || !suffix) return undefined;
  const list = child(suffix, 'value_arguments');
  const args = (list ? list.named : []).flatMap((each): Argument[] => {
    const parts = each.named;
    const value = parts.at(-1);
    if (!value) return [];
    const label = parts.length > 1 ? parts[0]?.text() : undefined;
    return [{ ...(label !== undefined && { name: label }), value: read(value) }];
  });
  const label = callee.text().split('.').at(-1) ?? '';
  const asked =
    askedByType.exec(`${label}${child(suffix, 'type_arguments')?.text() ?? ''}`)?.[1] ??
    askedOfContainer(label, list?.text() ?? '');
  if (asked !== undefined) return callAt(node, dotted(asked), [], true);
  const target = read(callee);
  const instead = target.is === 'member' && otherwise.test(target.name) && lastOf(suffix);
  if (target.is === 'member' && instead) return either(target.of, read(instead));
  // `post("…") { … }` is one call: the block is its last argument.
  if (!list && target.is === 'call' && callee.kind === 'call_expression') return target;
  return callAt(node, target, args);
}

function lastOf(suffix: SyntaxNode): SyntaxNode | undefined {
  const block = child(suffix, 'annotated_lambda') && descend(suffix, 'statements');
  return block ? lastIn(block) : undefined;
}

function pieces(node: SyntaxNode, read: ReadExpr): (string | Expr)[] {
  return node.named.map((piece): string | Expr => {
    if (piece.kind === 'interpolated_identifier') return name(piece.text());
    if (piece.kind === 'interpolated_expression') return readInner(piece, read) ?? text();
    return piece.text();
  });
}

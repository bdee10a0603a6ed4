import { type Argument, type Expr, type Import, member, name, text } from './code.ts';
import { callAt, either, readField, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const java: Grammar = {
  parser: 'java',
  loops: new Set(['for_statement', 'enhanced_for_statement', 'while_statement', 'do_statement']),
  tries: new Set(['try_statement', 'try_with_resources_statement']),
  handlers: new Set(['catch_clause']),
  spawns: new Set(),
  imports,
  packageName: (node) =>
    node.kind === 'package_declaration' ? node.named.at(-1)?.text() : undefined,
  fn,
  owner: (node) =>
    /^(class|interface|record|enum)_declaration$/.test(node.kind)
      ? node.field('name')?.text()
      : undefined,
  supers: (node) =>
    `${node.field('superclass')?.text() ?? ''} ${node.field('interfaces')?.text() ?? ''} ${child(node, 'extends_interfaces')?.text() ?? ''}`,
  bindings,
  expr,
};

function imports(node: SyntaxNode): Import[] {
  if (node.kind !== 'import_declaration') return [];
  const whole = child(node, 'scoped_identifier', 'identifier')?.text() ?? '';
  const line = node.line;
  if (child(node, 'asterisk')) return [{ module: whole, local: '*', line }];
  const last = whole.split('.').at(-1) ?? whole;
  return [{ module: whole.slice(0, -last.length - 1), name: last, local: last, line }];
}

function fn(node: SyntaxNode): FunctionHead | undefined {
  const kind = node.kind;
  if (kind === 'lambda_expression') return { name: '', params: [], marks: [] };
  if (kind !== 'method_declaration' && kind !== 'constructor_declaration') return undefined;
  const params = node.field('parameters');
  const result = node.field('type')?.text();
  return {
    name: node.field('name')?.text() ?? '',
    params: (params ? params.named : []).map((each) => ({
      name: each.field('name')?.text() ?? '',
      ...typeIn(each),
    })),
    ...(result !== undefined && { result }),
    marks: marksIn(child(node, 'modifiers')),
  };
}

const marksIn = (modifiers: SyntaxNode | undefined): string[] =>
  (modifiers ? modifiers.named : [])
    .filter((each) => each.kind.endsWith('annotation'))
    .map((each) => each.text());

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  if (node.kind === 'variable_declarator') {
    const parent = node.parent();
    const given = node.field('value');
    const value = given ? read(given) : injected(child(parent, 'modifiers')?.text() ?? '');
    const label = node.field('name')?.text() ?? '';
    return [
      {
        name: parent?.kind === 'field_declaration' ? `this.${label}` : label,
        ...(parent && typeIn(parent)),
        ...(value && { value }),
      },
    ];
  }
  if (node.kind !== 'assignment_expression') return [];
  return [{ name: node.field('left')?.text() ?? '', value: readField(node, 'right', read) }];
}

/** `@Value("${key:otherwise}")` and `@ConfigProperty(name = "key")`: what a setting gives. */
export function injected(annotations: string): Expr | undefined {
  const [, key, otherwise] =
    /@(?:\w+:)?(?:Value|ConfigProperty)\((?:name\s*=\s*)?"\\?(?:\$\{)?([\w.-]+)(?::([^}"]*))?/.exec(
      annotations,
    ) ?? [];
  if (key === undefined) return undefined;
  const args = [key, ...(otherwise ? [otherwise] : [])].map((each) => ({ value: text(each) }));
  return { is: 'call', callee: name('getProperty'), args, created: false, line: 0, endLine: 0 };
}

function typeIn(node: SyntaxNode): { type?: string } {
  const type = node.field('type')?.text();
  return type === undefined || type === 'var' ? {} : { type };
}

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'identifier':
    case 'type_identifier':
    case 'this':
      return name(node.text());
    case 'parenthesized_expression':
    case 'expression_statement':
      return readInner(node, read);
    case 'cast_expression':
      return readField(node, 'value', read);
    case 'field_access':
      return member(readField(node, 'object', read), node.field('field')?.text() ?? '');
    case 'scoped_identifier':
    case 'scoped_type_identifier':
      return dotted(node.text());
    case 'string_literal':
      return text(node.text().replace(/^"+|"+$/g, ''));
    case 'method_invocation': {
      const object = node.field('object');
      const label = node.field('name')?.text() ?? '';
      const asked = askedOfContainer(label, node.field('arguments')?.text() ?? '');
      if (asked !== undefined) return callAt(node, dotted(asked), [], true);
      return callAt(node, object ? member(read(object), label) : name(label), argsOf(node, read));
    }
    case 'object_creation_expression': {
      const type = (node.field('type')?.text() ?? '').replace(/<.*$/s, '');
      return callAt(node, dotted(type), argsOf(node, read), true);
    }
    case 'binary_expression':
      return node.field('operator')?.text() === '+'
        ? text(readField(node, 'left', read), readField(node, 'right', read))
        : undefined;
    case 'class_literal':
      return readInner(node, read);
    case 'switch_expression':
      return either(...answersOf(child(node, 'switch_block'), read));
    case 'ternary_expression':
      return either(readField(node, 'consequence', read), readField(node, 'alternative', read));
    default:
      return undefined;
  }
}

/**
 * The type that a container of services is asked for (`context.getBean(Chat.class)`): as if it were
 * made there.
 *
 * @param args as they are written, in brackets
 */
export const askedOfContainer = (called: string, args: string): string | undefined =>
  containers.test(called)
    ? /^\((?:[^(),]*,\s*)?([A-Z]\w*)(?:\.class|::class(?:\.java)?)\)$/.exec(args)?.[1]
    : undefined;

/** Of IntelliJ's platform, Spring, Guice, CDI and OSGi. */
const containers =
  /^(get(Project|Application)?Service(IfCreated)?|get(Bean|Instance|Component|Provider)|service|lookup|select)$/;

/** What the rules of a `switch` give (`case A -> value`). */
const answersOf = (block: SyntaxNode | undefined, read: ReadExpr): Expr[] =>
  (block ? block.named : []).flatMap((rule) => {
    const answer = rule.kind === 'switch_rule' ? rule.named.at(-1) : undefined;
    return answer ? [read(answer)] : [];
  });

export function dotted(path: string): Expr {
  const [first = '', ...rest] = path.split(/\.|::/);
  return rest.reduce<Expr>(member, name(first));
}

function argsOf(node: SyntaxNode, read: ReadExpr): Argument[] {
  const list = node.field('arguments');
  return (list ? list.named : []).map((each) => ({ value: read(each) }));
}

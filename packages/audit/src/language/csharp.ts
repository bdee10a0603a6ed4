import { type Argument, type Expr, type Import, member, name, text } from './code.ts';
import { callAt, either, readField, readInner } from './expressions.ts';
import type { BindingHead, FunctionHead, Grammar, ReadExpr } from './grammar.ts';
import { dotted } from './java.ts';
import { child, type SyntaxNode } from './syntax.ts';

export const csharp: Grammar = {
  parser: 'csharp',
  loops: new Set(['for_statement', 'foreach_statement', 'while_statement', 'do_statement']),
  tries: new Set(['try_statement']),
  handlers: new Set(['catch_clause']),
  spawns: new Set(),
  imports,
  packageName: (node) =>
    /^(file_scoped_)?namespace_declaration$/.test(node.kind)
      ? node.field('name')?.text()
      : undefined,
  fn,
  owner: (node) =>
    /^(class|record|struct|interface)_declaration$/.test(node.kind)
      ? node.field('name')?.text()
      : undefined,
  supers: (node) => child(node, 'base_list')?.text() ?? '',
  bindings,
  expr,
};

/** A `using` opens a namespace: its types need no prefix. */
function imports(node: SyntaxNode): Import[] {
  if (node.kind !== 'using_directive') return [];
  const parts = node.named;
  const module = parts.at(-1)?.text() ?? '';
  const line = node.line;
  const everywhere = /^global\s/.test(node.text()) ? ({ everywhere: true } as const) : {};
  if (parts.length < 2) return [{ module, local: '*', line, ...everywhere }];
  const last = module.split('.').at(-1) ?? module;
  const local = parts[0]?.text() ?? last;
  return [{ module: module.slice(0, -last.length - 1), name: last, local, line, ...everywhere }];
}

const functions = new Set([
  'method_declaration',
  'constructor_declaration',
  'local_function_statement',
  'lambda_expression',
  'anonymous_method_expression',
]);

function fn(node: SyntaxNode): FunctionHead | undefined {
  if (!functions.has(node.kind)) return undefined;
  const params = node.field('parameters');
  const result = (node.field('returns') ?? node.field('type'))?.text();
  return {
    name: node.field('name')?.text() ?? '',
    params: (params ? params.named : []).map((each) => ({
      name: each.field('name')?.text() ?? each.text(),
      ...typeIn(each),
    })),
    ...(result !== undefined && { result }),
    // An attribute of a parameter says what calls a function of Azure's.
    marks: [node, ...(params?.named ?? [])].flatMap(attributes),
    isAsync: node.named.some((each) => each.kind === 'modifier' && each.text() === 'async'),
  };
}

const attributes = ({ named }: SyntaxNode): string[] =>
  named.filter(({ kind }) => kind === 'attribute_list').map((each) => each.text());

function bindings(node: SyntaxNode, read: ReadExpr): BindingHead[] {
  switch (node.kind) {
    case 'variable_declarator': {
      const declaration = node.parent();
      const isField = declaration?.parent()?.kind === 'field_declaration';
      const label = node.field('name')?.text() ?? node.named[0]?.text() ?? '';
      const value = node.named.slice(1).at(-1);
      const bound = {
        ...(declaration && typeIn(declaration)),
        ...(value && { value: read(value) }),
      };
      if (!isField) return [{ name: label, ...bound }];
      const property = generated(label, declaration?.parent());
      return [label, ...property].map((each) => ({ name: `this.${each}`, ...bound }));
    }
    case 'property_declaration': {
      const value = node.field('value') ?? returnedIn(child(node, 'accessor_list'));
      return [
        {
          name: `this.${node.field('name')?.text() ?? ''}`,
          ...typeIn(node),
          ...(value && { value: read(value) }),
        },
      ];
    }
    case 'assignment_expression':
      return [{ name: node.field('left')?.text() ?? '', value: readField(node, 'right', read) }];
    // `T F() => value`.
    case 'arrow_expression_clause':
      return node.parent()?.kind === 'property_declaration'
        ? []
        : [{ name: 'return', value: readInner(node, read) }];
    // A primary constructor's parameters are seen by the whole class.
    case 'parameter':
      return /^(class|record|struct)_declaration$/.test(node.parent()?.parent()?.kind ?? '')
        ? [{ name: `this.${node.field('name')?.text() ?? ''}`, ...typeIn(node) }]
        : [];
    default:
      return [];
  }
}

/** The property that a tool makes of a field: of `[ObservableProperty] _name` it is `Name`. */
function generated(field: string, declaration: SyntaxNode | null | undefined): string[] {
  const isMarked = declaration?.named.some(
    (each) => each.kind === 'attribute_list' && each.text().includes('ObservableProperty'),
  );
  if (!isMarked) return [];
  const label = field.replace(/^(m_|_)/, '');
  return [label.charAt(0).toUpperCase() + label.slice(1)];
}

/** What a property's `get { return value; }` gives. */
function returnedIn(node: SyntaxNode | undefined): SyntaxNode | undefined {
  for (const each of node?.named ?? []) {
    const found = each.kind === 'return_statement' ? each.named[0] : returnedIn(each);
    if (found) return found;
  }
  return undefined;
}

function typeIn(node: SyntaxNode): { type?: string } {
  const type = node.field('type')?.text();
  return type === undefined || type === 'var' ? {} : { type };
}

function expr(node: SyntaxNode, read: ReadExpr): Expr | undefined {
  switch (node.kind) {
    case 'identifier':
    case 'this':
    case 'this_expression':
      return name(node.text());
    case 'generic_name':
      return name(node.text().replace(/<.*$/s, ''));
    case 'await_expression':
    case 'parenthesized_expression':
    case 'expression_statement':
    case 'arrow_expression_clause':
    case 'postfix_unary_expression':
      return readInner(node, read);
    case 'cast_expression':
      return cast(node, read);
    case 'constructor_initializer':
      return callAt(
        node,
        name(constructed(node)),
        argsIn(child(node, 'argument_list'), read),
        true,
      );
    case 'member_access_expression': {
      const label = (node.field('name')?.text() ?? '').replace(/<.*$/s, '');
      return member(readField(node, 'expression', read), label);
    }
    case 'conditional_access_expression': {
      const [object, access] = node.named;
      return object && access
        ? member(
            read(object),
            access
              .text()
              .replace(/^\?*\.?/, '')
              .replace(/\(.*$/s, ''),
          )
        : undefined;
    }
    case 'element_access_expression': {
      const index = child(child(node, 'bracketed_argument_list') ?? null, 'argument');
      return member(readField(node, 'expression', read), (index?.text() ?? '').replaceAll('"', ''));
    }
    case 'qualified_name':
      return dotted(node.text());
    case 'string_literal':
    case 'verbatim_string_literal':
    case 'raw_string_literal':
      return text(node.text().replace(/^@?"+|"+$/g, ''));
    case 'interpolated_string_expression':
      return text(...pieces(node, read));
    case 'invocation_expression': {
      const asked = askedOfContainer(node);
      if (asked !== undefined) return callAt(node, dotted(asked), [], true);
      return callAt(node, readField(node, 'function', read), argsOf(node, read));
    }
    case 'object_creation_expression': {
      const type = (node.field('type')?.text() ?? '').replace(/<.*$/s, '');
      const args = [...argsOf(node, read), ...initialised(node, read)];
      return callAt(node, dotted(type), args, true);
    }
    case 'implicit_object_creation_expression': {
      const type = node.parent()?.parent()?.field('type')?.text() ?? '';
      const args = [...argsOf(node, read), ...initialised(node, read)];
      return callAt(node, dotted(type), args, true);
    }
    case 'switch_expression':
      return either(
        ...node.named.flatMap((arm) => {
          const answer = arm.kind === 'switch_expression_arm' ? arm.named.at(-1) : undefined;
          return answer ? [read(answer)] : [];
        }),
      );
    case 'initializer_expression':
      return { is: 'list', any: false, items: node.named.map(read) };
    case 'anonymous_object_creation_expression':
      return { is: 'record', entries: anonymous(node, read) };
    case 'binary_expression': {
      const operator = node.field('operator')?.text();
      const sides = [readField(node, 'left', read), readField(node, 'right', read)] as const;
      if (operator === '+') return text(...sides);
      return operator === '??' ? either(...sides) : undefined;
    }
    case 'conditional_expression':
      return either(readField(node, 'consequence', read), readField(node, 'alternative', read));
    default:
      return undefined;
  }
}

/** The type that a container of services is asked for: as if it were made there. */
const askedOfContainer = (node: SyntaxNode): string | undefined =>
  /(?:^|\.)Get(?:Required)?(?:Keyed)?Service<([\w.]+)>$/.exec(
    node.field('function')?.text() ?? '',
  )?.[1];

/** Of an object that a member is asked of, the type that it is cast to says whose. */
function cast(node: SyntaxNode, read: ReadExpr): Expr {
  const value = readField(node, 'value', read);
  const type = node.field('type');
  const isAsked = node.parent()?.parent()?.kind === 'member_access_expression';
  return isAsked && type?.kind === 'identifier'
    ? callAt(node, name(type.text()), [{ value }], true)
    : value;
}

/** The class whose constructor `: this(…)` or `: base(…)` calls. */
function constructed(node: SyntaxNode): string {
  const type = node.parent()?.parent()?.parent();
  if (!node.text().replace(/^:\s*/, '').startsWith('base'))
    return type?.field('name')?.text() ?? '';
  const bases = child(type ?? null, 'base_list');
  return bases?.named[0]?.text().replace(/[<(].*$/s, '') ?? '';
}

const argsOf = (node: SyntaxNode, read: ReadExpr): Argument[] =>
  argsIn(node.field('arguments') ?? undefined, read);

function argsIn(list: SyntaxNode | undefined, read: ReadExpr): Argument[] {
  return (list ? list.named : []).flatMap((each): Argument[] => {
    const parts = each.named;
    const value = parts.at(-1);
    if (!value) return [];
    const label = parts.length > 1 ? parts[0]?.text() : undefined;
    return [{ ...(label !== undefined && { name: label }), value: read(value) }];
  });
}

/** `new X { Url = "…" }`: what is set counts as named arguments. */
function initialised(node: SyntaxNode, read: ReadExpr): Argument[] {
  const body = node.field('initializer') ?? child(node, 'initializer_expression');
  return (body ? body.named : []).flatMap((each): Argument[] =>
    each.kind === 'assignment_expression'
      ? [{ name: each.field('left')?.text() ?? '', value: readField(each, 'right', read) }]
      : [{ value: read(each) }],
  );
}

/** `new { model = "x", input }`. */
function anonymous(node: SyntaxNode, read: ReadExpr): [string, Expr][] {
  const parts = node.named;
  const entries: [string, Expr][] = [];
  for (const [at, part] of parts.entries()) {
    const isName = /^\s*=[^=]/.test(afterNode(node, part));
    const value = isName ? parts[at + 1] : undefined;
    if (value) entries.push([part.text(), read(value)]);
  }
  return entries;
}

const afterNode = (whole: SyntaxNode, part: SyntaxNode): string => {
  const all = whole.children();
  const at = all.findIndex((each) => each.id === part.id);
  return all[at + 1]?.text() === '=' ? '= ' : '';
};

function pieces(node: SyntaxNode, read: ReadExpr): (string | Expr)[] {
  return node.named.flatMap((piece): (string | Expr)[] => {
    if (piece.kind === 'string_content') return [piece.text()];
    const inner =
      piece.kind === 'interpolation'
        ? piece.named.find((each) => each.kind !== 'interpolation_brace')
        : undefined;
    return inner ? [read(inner)] : [];
  });
}

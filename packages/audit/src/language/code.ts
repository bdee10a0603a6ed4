/**
 * What one source file says, in words that nine languages share. Grammars make it (one file each);
 * everything after them reads only this.
 */
export interface Code {
  readonly imports: readonly Import[];
  /** Names that a file passes on from another: `export { a as b } from './x'`. */
  readonly passedOn: readonly PassedOn[];
  readonly types: readonly CodeType[];
  readonly functions: readonly CodeFunction[];
  readonly bindings: readonly Binding[];
  readonly calls: readonly CallSite[];
  /** The first line that the parser could not make sense of. */
  readonly unclear?: number;
  /** Package or namespace the file belongs to, where the language has them. */
  readonly packageName?: string;
}

/** `local` stands for `module`'s `name`, or for the whole module where `name` is absent. */
export interface Import {
  readonly module: string;
  readonly name?: string;
  /** `*`: everything of the module may be used without a prefix. */
  readonly local: string;
  /** It counts for all files of a project, not for this one alone (`global using`). */
  readonly everywhere?: true;
  readonly line: number;
}

export interface PassedOn {
  readonly module: string;
  /** Absent: every name. */
  readonly name?: string;
  readonly as?: string;
}

/** A class, struct, interface, protocol or trait, or an implementation of one. */
export interface CodeType {
  readonly name: string;
  /** What it extends, implements or conforms to. */
  readonly supers: readonly string[];
  /** The methods that an interface asks for, where anything with them conforms (Go). */
  readonly asks?: readonly string[];
  /** Annotations and attributes, as they are written. */
  readonly marks?: readonly string[];
  /** The type, as it is written, that this is only another name of. */
  readonly means?: string;
  /** From 1. */
  readonly line: number;
}

export interface CodeFunction {
  /** Empty for one without a name. */
  readonly name: string;
  /** The class, struct or object that it is a method of. */
  readonly owner?: string;
  /** The type that it extends from outside, whose members it names as its own (Kotlin, Swift). */
  readonly extends?: string;
  /** What the language calls the object it is called on, where that is not `this`. */
  readonly receiver?: string;
  readonly params: readonly { readonly name: string; readonly type?: string }[];
  /** What it is declared to give back. */
  readonly result?: string;
  /** Decorators, annotations and attributes, as they are written. */
  readonly marks: readonly string[];
  readonly isAsync: boolean;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  /** The call it is handed to, as a callback. */
  readonly handedTo?: CallExpr;
  /** Where one without a name is called by the name that it is kept under. */
  readonly keptAs?: KeptAs;
  /** It is started without being waited for, where it is written (`go func() {}()`). */
  readonly spawned?: boolean;
  readonly outer?: CodeFunction;
}

/** `again` of `s`, which is a `Stream`: `s.again = func() {…}`. */
export interface KeptAs {
  readonly name: string;
  /** The variable whose field holds it. */
  readonly of?: string;
  readonly owner?: string;
}

/** `name = value`, a declaration, a field, or a parameter that becomes a field (`this.name`). */
export interface Binding {
  readonly name: string;
  /** The type that is written there. */
  readonly type?: string;
  readonly value?: Expr;
  readonly fn?: CodeFunction;
  readonly owner?: string;
  readonly line: number;
}

/** The name of a field without one, whose members are those of the struct around it (Go). */
export const embedded = 'this.*';

export interface CallSite {
  readonly expr: CallExpr;
  readonly fn?: CodeFunction;
  readonly owner?: string;
  /** Inside a loop, or started without being waited for, within its function. */
  readonly inLoop: boolean;
  readonly spawned: boolean;
  /** The text of what catches its errors, where its function does; at most 2,000 characters. */
  readonly caught?: string;
  /** Of a call that is the object of another (`a().b()`), the outermost. */
  readonly chain?: CallExpr;
  /** The nearest call, within the same function, that this one is an argument of. */
  readonly argumentOf?: CallExpr;
}

export type Expr = TextExpr | NameExpr | MemberExpr | CallExpr | RecordExpr | ListExpr | OtherExpr;

/** A string; what is computed in it stands between its pieces. */
export interface TextExpr {
  readonly is: 'text';
  readonly parts: readonly (string | Expr)[];
}
export interface NameExpr {
  readonly is: 'name';
  readonly name: string;
}
export interface MemberExpr {
  readonly is: 'member';
  readonly of: Expr;
  readonly name: string;
}
export interface CallExpr {
  readonly is: 'call';
  readonly callee: Expr;
  readonly args: readonly Argument[];
  /** `new X()`. */
  readonly created: boolean;
  readonly line: number;
  readonly endLine: number;
}
export interface Argument {
  readonly name?: string;
  readonly value: Expr;
}
export interface RecordExpr {
  readonly is: 'record';
  /** The type that is written before it, as in Go. */
  readonly type?: string;
  readonly entries: readonly (readonly [key: string, value: Expr])[];
}
/** `any`: one of the items (`a || b`, `x ? a : b`); otherwise all of them. */
export interface ListExpr {
  readonly is: 'list';
  readonly any: boolean;
  readonly items: readonly Expr[];
}
export interface OtherExpr {
  readonly is: 'other';
  readonly text: string;
}

export const text = (...parts: readonly (string | Expr)[]): TextExpr => ({ is: 'text', parts });
export const name = (value: string): NameExpr => ({ is: 'name', name: value });
export const member = (of: Expr, value: string): MemberExpr => ({ is: 'member', of, name: value });
export const other = (value: string): OtherExpr => ({ is: 'other', text: value.slice(0, 80) });

/** `a.b().c` as `['a', 'b', 'c']`; what is no name stands as an empty string. */
export function pathOf(expr: Expr): string[] {
  if (expr.is === 'name') return [expr.name];
  if (expr.is === 'member') return [...pathOf(expr.of), expr.name];
  if (expr.is === 'call') return pathOf(expr.callee);
  return [''];
}

/** What a call chain begins with: of `a.b().c()` the name `a`. */
export function rootOf(expr: Expr): Expr {
  if (expr.is === 'member') return rootOf(expr.of);
  return expr.is === 'call' ? rootOf(expr.callee) : expr;
}

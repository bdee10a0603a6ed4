import type { CodeType } from '../language/code.ts';

/** Which types extend which, ask for which methods, and are other names of which. */
export class Families {
  readonly #supers = new Map<string, Set<string>>();
  readonly #subtypes = new Map<string, Set<string>>();
  readonly #asking: CodeType[] = [];
  readonly #meanings = new Map<string, string[]>();

  add(type: CodeType): void {
    const { name, supers, asks, means } = type;
    this.#supers.set(name, new Set([...(this.#supers.get(name) ?? []), ...supers]));
    for (const each of supers)
      this.#subtypes.set(each, (this.#subtypes.get(each) ?? new Set()).add(name));
    if (asks) this.#asking.push(type);
    if (means !== undefined) this.#meanings.set(name, [...(this.#meanings.get(name) ?? []), means]);
  }

  /** Whether a type extends another, or is extended. */
  holds(type: string): boolean {
    return (this.#supers.get(type)?.size ?? 0) > 0 || this.#subtypes.has(type);
  }

  ancestorsOf(type: string): ReadonlySet<string> {
    const found = new Set(this.#supers.get(type));
    for (const each of found) for (const above of this.#supers.get(each) ?? []) found.add(above);
    return found;
  }

  /** The types that extend one. */
  below(type: string): ReadonlySet<string> {
    return this.#subtypes.get(type) ?? none;
  }

  /** What a type stands for that is only another name, as it is written. */
  meaningsOf(type: string): readonly string[] {
    return this.#meanings.get(type) ?? [];
  }

  /** Whether a method of one type may be what a call on another means. */
  mayStandFor(type: string, wanted: string, method: string, depth = maxDepth): boolean {
    if (type === wanted || this.extends(type, wanted) || this.extends(wanted, type)) return true;
    if (this.#asking.some(({ name, asks }) => name === wanted && asks?.includes(method)))
      return true;
    if (depth === 0) return false;
    return this.meaningsOf(wanted).some((meaning) =>
      namesIn(meaning).some((each) => this.mayStandFor(type, each, method, depth - 1)),
    );
  }

  /** Whether a type extends another, at most so many steps above. */
  extends(type: string, wanted: string, depth = maxDepth): boolean {
    if (depth === 0) return false;
    const supers = this.#supers.get(type);
    if (!supers) return false;
    return supers.has(wanted) || [...supers].some((each) => this.extends(each, wanted, depth - 1));
  }
}

const maxDepth = 4;
const none: ReadonlySet<string> = new Set();

const namesIn = (type: string): string[] => type.match(/[A-Za-z_]\w*/g) ?? [];

import type { Binding, Expr } from '../language/code.ts';
import type { Origin } from './own-code.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';

/** A search for origins under way: what leads to another name or expression has it followed on. */
export interface Tracing {
  readonly project: Project;
  /** Whether there is time for one more. */
  mayVisit(): boolean;
  trace(expr: Expr, site: Site, steps: number): Origin[];
  name(name: string, site: Site, steps: number): Origin[];
  bound(bindings: readonly Binding[], site: Site, steps: number): Origin[];
  imported(
    named: { readonly module: string; readonly name?: string },
    site: Site,
    steps: number,
  ): Origin[];
  /** A member of what an origin is. */
  memberOf(origin: Origin, name: string, steps: number): Origin[];
}

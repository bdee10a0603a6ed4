import type { Expr } from '../language/code.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';

/** A search for texts under way: what leads to another expression has it read on. */
export interface Reading {
  readonly project: Project;
  read(expr: Expr, site: Site, steps: number): string[];
}

/** More texts of one expression say nothing new. */
export const maxTexts = 16;

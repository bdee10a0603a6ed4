import type { Import } from '../../language/code.ts';
import { bindingsNamed, type Project, type SourceFile } from '../../resolve/index.ts';
import type { Wrapper } from '../coupling.ts';

/** The name that grammars give to what a module exports by default. */
const byDefault = 'default';

/** What a file calls the function itself that one imports as its default: `export default ask`. */
export function nameOfDefault(from: SourceFile, named: Import, project: Project): string {
  const files = project.imported(from, named);
  return files.flatMap(({ code }) => namesByDefault(code))[0] ?? byDefault;
}

/** Whether a wrapper is what its module exports by default: who imports it may call it anything. */
export const isDefault = ({ fn, file }: Wrapper): boolean =>
  fn.name === byDefault || namesByDefault(file.code).includes(fn.name);

const namesByDefault = (code: SourceFile['code']): string[] =>
  bindingsNamed(code, byDefault).flatMap(({ value }) => (value?.is === 'name' ? value.name : []));

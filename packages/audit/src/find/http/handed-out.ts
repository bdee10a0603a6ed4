import { type Binding, type Expr, pathOf } from '../../language/code.ts';
import type { Project, SourceFile } from '../../resolve/index.ts';

/** Names under which a file keeps a function that sends, as its calls write them. */
export type HandedOut = ReadonlyMap<SourceFile, ReadonlySet<string>>;

/**
 * Functions that send and that another function hands out: `const f = getFetch()`, where `getFetch`
 * gives `a() ? fetch : ownFetch`; defaults of parameters and of options that are taken apart too.
 */
export function sendersHandedOut({ files }: Project): HandedOut {
  const scripts = files.filter(({ language }) => language.id === 'javascript');
  const bindings = scripts.flatMap(({ code }) => code.bindings);
  const givers = new Set(
    bindings.flatMap(({ name, fn, value }) =>
      name === 'return' && fn && fn.name !== '' && value && namesSender(value, noGivers)
        ? [fn.name]
        : [],
    ),
  );
  return new Map(
    scripts.map((file) => [
      file,
      new Set(file.code.bindings.filter((each) => isSenders(each, givers)).map(({ name }) => name)),
    ]),
  );
}

const noGivers: ReadonlySet<string> = new Set();

const isSenders = ({ name, value }: Binding, givers: ReadonlySet<string>): boolean =>
  name !== 'return' && value !== undefined && namesSender(value, givers);

/** Whether an expression is a function that sends, or a call that gives one. */
function namesSender(value: Expr, givers: ReadonlySet<string>): boolean {
  switch (value.is) {
    case 'name':
      return sends.test(value.name);
    case 'member':
      return /^(window|globalThis|self|global)$/.test(pathOf(value.of).join('.'))
        ? sends.test(value.name)
        : false;
    case 'call':
      return givers.has(pathOf(value.callee).at(-1) ?? '');
    case 'list':
      return value.any && value.items.some((each) => namesSender(each, givers));
    default:
      return false;
  }
}

/** `fetch`, and what is called after it. */
const sends = /^\$?(\w+F|f)etch$|^(axios|ky|got|ofetch)$/;

/** Languages in which people call models and that no grammar here reads, by their files' endings. */
const endings: Readonly<Record<string, readonly string[]>> = {
  'C and C++': ['c', 'h', 'cc', 'cpp', 'cxx', 'hh', 'hpp', 'hxx', 'ino'],
  Clojure: ['clj', 'cljs', 'cljc'],
  CoffeeScript: ['coffee'],
  Crystal: ['cr'],
  CUDA: ['cu', 'cuh'],
  Dart: ['dart'],
  Elixir: ['ex', 'exs'],
  Erlang: ['erl'],
  'F#': ['fs', 'fsx'],
  GDScript: ['gd'],
  Groovy: ['groovy'],
  Haskell: ['hs'],
  Julia: ['jl'],
  Lua: ['lua'],
  Nim: ['nim'],
  Notebooks: ['ipynb'],
  'Objective-C': ['m', 'mm'],
  OCaml: ['ml', 'mli'],
  Perl: ['pl', 'pm'],
  PHP: ['php'],
  PowerShell: ['ps1', 'psm1'],
  R: ['r', 'rmd', 'qmd'],
  Ruby: ['rb', 'rake', 'erb'],
  Scala: ['scala', 'sc'],
  Shell: ['sh', 'bash', 'zsh', 'fish'],
  'Visual Basic': ['vb', 'vbs'],
  Zig: ['zig'],
};

const byEnding = new Map(
  Object.entries(endings).flatMap(([language, each]) =>
    each.map((ending) => [ending, language] as const),
  ),
);

/** What a file is written in by its name, where that is a language that is not read. */
export const languageNotRead = (file: string): string | undefined =>
  byEnding.get(file.slice(file.lastIndexOf('.') + 1).toLowerCase());

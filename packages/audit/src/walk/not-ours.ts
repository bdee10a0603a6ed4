/** Why a path is not the codebase's own work, and so is not audited. */
export type NotOurs = 'vendored' | 'generated';

const vendoredDirectories: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  'jspm_packages',
  'vendor',
  'vendors',
  'third_party',
  'third-party',
  'thirdparty',
  'external_libs',
  'Pods',
  'Carthage',
  'site-packages',
  'dist-packages',
  'venv',
  '.venv',
  'virtualenv',
  '__pypackages__',
]);

const generatedDirectories: ReadonlySet<string> = new Set([
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.turbo',
  '.gradle',
  '.build',
  'DerivedData',
  '__pycache__',
  '.mypy_cache',
  '.pytest_cache',
  '.tox',
  'coverage',
  '__generated__',
  'generated',
  'GeneratedSources',
]);

/** By a directory's name: a copy of somebody else's code, or what a tool makes. */
export function directoryIsNotOurs(name: string): NotOurs | undefined {
  if (vendoredDirectories.has(name)) return 'vendored';
  return generatedDirectories.has(name) ? 'generated' : undefined;
}

const testDirectories =
  /^(tests?|__tests__|specs?|e2e|testdata|test[-_]?utils|__mocks__|mocks?|fixtures|androidTest|.+\.(Unit|Integration)?Tests?|cypress)$/;
const testNames =
  /(_test\.(go|py|rs)|[./](test|spec|cy|stories|mock)\.[cm]?[jt]sx?|(^|\/)(test_\w+|conftest)\.py|[a-z](Test|Tests|TestCase|Spec|IT)\.(java|kt|cs|swift))$/;

/** Whether a path says that it is a test, or what only tests use: nothing that users wait for. */
export const pathIsTest = (path: string): boolean =>
  testNames.test(path) ||
  path
    .split('/')
    .slice(0, -1)
    .some((part) => testDirectories.test(part));

const generatedNames =
  /(\.min\.[cm]?js|\.bundle\.js|[-._]pb2?(\.\w+)?(_grpc)?\.(go|py|cs|kt|rs|ts|swift)|\.g(en)?\.(cs|dart|go|kt|rs|swift|[cm]?[jt]s)|\.designer\.cs|_pb\.(js|ts|d\.ts)|[._]generated\.\w+|(^|\/)zz_generated\.[\w.]+|\.d\.ts|\.(grpc|connect)\.swift|\.freezed\.dart)$/i;

/**
 * What tools write over what they make: the words of go.dev/s/generatedcode, `@generated`, and those
 * of protoc, openapi-generator and their kin. Prose that speaks of generated text is none of it.
 */
const generatedWords: readonly RegExp[] = [
  /(^|\W)@generated\b/i,
  /<auto-?generated/i,
  /\bgenerated\b[^\n]*(\n[^\n]*){0,3}?\bdo not (edit|modify|change)\b/i,
  /\bdo not (edit|modify|change)\b[^\n]*(\n[^\n]*){0,2}?\bgenerated\b/i,
  /\bthis (file|class|code|module) (is|was|has been) (auto(matically)?[- ]?)?generated\b/i,
  /^\W*(auto(matically)?[- ]?)?generated (file|code)?\W*$/im,
  /\bauto(matically)?[- ]?generated (file|code|by|from|using|with)\b/i,
  /\bAUTO-?GENERATED\b/,
  /\bfile generated (by|from)\b/i,
  /\bgenerated (by|using|with):? [^\n]{0,60}(openapi|swagger|protoc|protobuf|protocol (buffer )?compiler|sqlc|mockgen|graphql|orval|quicktype|kiota|autorest|swiftgen|sourcery|thrift|flatbuffers|\bfern\b|stainless|speakeasy)/i,
];

/** By a file's name, its first lines and its last, or by lines that nobody types. */
export function fileIsNotOurs(name: string, content: string): NotOurs | undefined {
  if (generatedNames.test(name)) return 'generated';
  const head = commentsOf(content.slice(0, 2048));
  if (generatedWords.some((each) => each.test(head))) return 'generated';
  return isMinified(content) || isBundled(content) ? 'generated' : undefined;
}

/** What the comments among some lines say, a docstring at the top too, and annotations. */
function commentsOf(lines: string): string {
  const docstring = /^(?:\s*#[^\n]*\n)*\s*("{3}|'{3})([\s\S]*?)(\1|$)/.exec(lines)?.[2] ?? '';
  const comments = lines.split('\n').filter((line) => /^\s*(\/\/|\/?\*|#|--|;|<|@)/.test(line));
  return [docstring, ...comments].join('\n');
}

/**
 * A compiler or bundler says at the end where the map of what it made is; webpack begins the lines of
 * its own with a row of stars.
 */
const isBundled = (content: string): boolean =>
  /^\/[/*][#@] sourceMappingURL=/m.test(content.slice(-300)) ||
  /^\/\*{6}\/ .*(__webpack|webpack\/)/m.test(content);

/** A line of more than 5,000 characters on average, in a file of some size, was not typed. */
function isMinified(content: string): boolean {
  if (content.length < 20_000) return false;
  let lines = 1;
  for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) lines++;
  return content.length / lines > 1000;
}

/**
 * The labelled repositories by the audit, by plain text search and by an AI bill-of-materials
 * scanner: `node tests/audit/compare.ts DIR SARIF_DIR`, the second with one `<name>.sarif` each.
 *
 * A call counts as found where a finding is at most one line away, and, a milder question, where
 * anything is found in its file. Precision likewise.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { audit } from '@selvedge/audit';
import { type LabelledRepository, labelledRepositories } from './repositories.ts';

interface Place {
  readonly file: string;
  readonly line: number;
}
interface Tally {
  calls: number;
  found: number;
  places: number;
  right: number;
  files: number;
  filesFound: number;
  filesNamed: number;
  filesRight: number;
  ms: number;
}

/** The words that somebody would search for. */
const words =
  /openai|anthropic|claude|gemini|generativelanguage|mistral|cohere|groq|ollama|bedrock|replicate|hugging ?face|langchain|llama|chat\/?\.?completions|\.embed/i;
const source = /\.(?:[cm]?[jt]sx?|py|go|java|kts?|cs|swift|rs)$/;
const tests = /(?:^|\/)(?:tests?|__tests__|\w*Tests)\/|[._]test\.|\.spec\./;

const [directory, sarif] = process.argv.slice(2);
if (!directory || !sarif) {
  console.error('usage: node tests/audit/compare.ts DIR SARIF_DIR');
  process.exit(2);
}

const tools: Record<string, (repository: LabelledRepository) => Promise<readonly Place[]>> = {
  audit: async ({ name }) => {
    const { findings, local } = await audit(join(directory, name));
    return [...findings, ...local];
  },
  'text search': async ({ name }) => searchWords(join(directory, name)),
  scanner: async ({ name }) => sarifPlaces(join(sarif, `${name}.sarif`)),
};

for (const [tool, placesOf] of Object.entries(tools)) {
  const tally = emptyTally();
  for (const repository of labelledRepositories()) {
    const started = performance.now();
    const places = await placesOf(repository);
    tally.ms += performance.now() - started;
    count(tally, repository, places);
  }
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  console.log(
    `${tool}: calls found ${tally.found} of ${tally.calls} (${share(tally.found, tally.calls)}), right ${tally.right} of ${tally.places} (${share(tally.right, tally.places)}); files found ${tally.filesFound} of ${tally.files} (${share(tally.filesFound, tally.files)}), right ${tally.filesRight} of ${tally.filesNamed} (${share(tally.filesRight, tally.filesNamed)}); ${Math.round(tally.ms)} ms`,
  );
}
process.exit(0);

function emptyTally(): Tally {
  return {
    calls: 0,
    found: 0,
    places: 0,
    right: 0,
    files: 0,
    filesFound: 0,
    filesNamed: 0,
    filesRight: 0,
    ms: 0,
  };
}

function count(tally: Tally, { labels, aside }: LabelledRepository, all: readonly Place[]): void {
  const near = (a: Place, b: Place) => a.file === b.file && Math.abs(a.line - b.line) <= 1;
  const neutral = [...labels.filter(({ depth }) => depth >= 2), ...aside];
  const calls = labels.filter(({ depth }) => depth < 2);
  const isCall = (place: Place) => calls.some((label) => near(label, place));
  const places = all.filter((place) => isCall(place) || !neutral.some((one) => near(one, place)));
  tally.calls += calls.length;
  tally.found += calls.filter((label) => places.some((place) => near(label, place))).length;
  tally.places += places.length;
  tally.right += places.filter(isCall).length;
  const callFiles = new Set(calls.map(({ file }) => file));
  const named = new Set(places.map(({ file }) => file));
  const hits = [...named].filter((file) => callFiles.has(file)).length;
  tally.files += callFiles.size;
  tally.filesFound += hits;
  tally.filesNamed += named.size;
  tally.filesRight += hits;
}

function searchWords(root: string): Place[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && source.test(entry.name))
    .flatMap((entry) => {
      const file = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (tests.test(file)) return [];
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      return lines.flatMap((line, i) => (words.test(line) ? [{ file, line: i + 1 }] : []));
    });
}

/** What a scanner says of a line of source; what it says of dependencies has none. */
function sarifPlaces(path: string): Place[] {
  const { runs } = JSON.parse(readFileSync(path, 'utf8'));
  return runs
    .flatMap(({ results }: { results: readonly SarifResult[] }) => results)
    .flatMap(({ locations }: SarifResult) => locations ?? [])
    .map(({ physicalLocation: at }: SarifLocation) => ({
      file: at.artifactLocation.uri,
      line: at.region?.startLine ?? 0,
    }))
    .filter(({ file, line }: Place) => line > 0 && source.test(file) && !tests.test(file));
}

interface SarifResult {
  readonly locations?: readonly SarifLocation[];
}
interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: { readonly startLine: number };
  };
}

/**
 * Audits a made codebase of a million lines in nine languages, of whose files 2 % hold a call of a
 * model, in a process of its own, as a user does. The peer is grep with the same obvious words,
 * which parses nothing: the audit should not cost much more than reading the files.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from './bench.ts';

const files = 10_000;
const linesEach = 100;
const everyNth = 50;
const goalMs = 10_000;
const goalBytes = 1e9;
const cli = join(import.meta.dirname, '../apps/cli/bin/selvedge.mjs');

/** By extension: a line of ordinary code, and a file that asks. */
const languages: Record<string, readonly [string, string]> = {
  ts: [
    'export const add_N = (left: number, right: number): number => left * N + right;',
    "import OpenAI from 'openai';\nexport const ask = () => new OpenAI().chat.completions.create({ model: 'gpt-4o', messages: [] });",
  ],
  js: [
    "module.exports.name_N = function (list) { return list.map((x) => x + 'N'); };",
    "const OpenAI = require('openai');\nconst client = new OpenAI();\nexports.ask = () => client.responses.create({ model: 'gpt-4o' });",
  ],
  py: [
    'def total_N(items, rate=N): return sum(item.price * rate for item in items)',
    'from openai import OpenAI\nclient = OpenAI()\ndef ask(): return client.responses.create(model="gpt-4o", input="x")',
  ],
  go: [
    'func total_N(items []int) int { sum := N; for _, i := range items { sum += i }; return sum }',
    'import openai "github.com/sashabaranov/go-openai"\nfunc ask(c *openai.Client) { c.CreateChatCompletion(nil, openai.ChatCompletionRequest{}) }',
  ],
  java: [
    'class Total_N { int of(java.util.List<Integer> items) { int s = N; for (int i : items) s += i; return s; } }',
    'import com.openai.client.OpenAIClient;\nclass Ask { Object ask(OpenAIClient c) { return c.chat().completions().create(null); } }',
  ],
  kt: [
    'fun total_N(items: List<Int>): Int = items.filter { it > N }.sumOf { it * 2 }',
    'import com.aallam.openai.client.OpenAI\nsuspend fun ask(ai: OpenAI) = ai.chatCompletion(TODO())',
  ],
  cs: [
    'class Total_N { int Of(System.Collections.Generic.List<int> items) { var s = N; foreach (var i in items) s += i; return s; } }',
    'using OpenAI.Chat;\nclass Ask { object Run(ChatClient client) => client.CompleteChat("x"); }',
  ],
  swift: [
    'func total_N(_ items: [Int]) -> Int { return items.reduce(N) { $0 + $1 } }',
    'import OpenAI\nfunc ask(_ ai: OpenAI) async throws { _ = try await ai.chats(query: ChatQuery(messages: [], model: .gpt4_o)) }',
  ],
  rs: [
    'pub fn total_N(items: &[i64]) -> i64 { items.iter().map(|i| i * N).sum() }',
    'use async_openai::Client;\npub async fn ask(r: R) { let c = Client::new(); c.chat().create(r).await; }',
  ],
};

const benchmark: Benchmark = {
  question: 'How long does the audit of a million lines take, of whose files 2 % hold a call?',
  goal: 'under 10 s on two cores and under 1 GB of memory',
  async run() {
    const directory = await mkdtemp(join(tmpdir(), 'selvedge-bench-audit-'));
    try {
      await makeCodebase(directory);
      runAudit(directory);
      const runs = [1, 2, 3].map(() => runAudit(directory)).sort((a, b) => a.ms - b.ms);
      const { ms, findings } = runs[1]!;
      const bytes = Math.max(...runs.map((run) => run.bytes));
      const grepMs = timeGrep(directory);
      return {
        figures: { auditMs: ms, peerGrepMs: grepMs, peakMemoryBytes: bytes, findings },
        ratio: Math.min(goalMs / ms, goalBytes / bytes),
        ok: ms < goalMs && bytes < goalBytes && findings === files / everyNth,
        note: 'the goal (10 s, 1 GB) over what was needed, the worse of the two; a quiet machine',
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

export default benchmark;

async function makeCodebase(directory: string): Promise<void> {
  const kinds = Object.entries(languages);
  for (let start = 0; start < files; start += 100) {
    const inner = join(directory, `part-${start}`);
    await mkdir(inner);
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => {
        const n = start + i;
        const [extension, [line, call]] = kinds[n % kinds.length]!;
        const head = n % everyNth === 0 ? call : '';
        const body = Array.from({ length: linesEach }, (_, k) =>
          line.replaceAll('N', String(n * linesEach + k)),
        );
        return writeFile(join(inner, `file-${n}.${extension}`), `${head}\n${body.join('\n')}\n`);
      }),
    );
  }
}

/** A run as a user has it, with the peak memory of the largest process, as each says at its end. */
function runAudit(directory: string): { ms: number; bytes: number; findings: number } {
  const report =
    'process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+";"))';
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [cli, 'audit', directory, '--json', '--quiet'],
    {
      encoding: 'utf8',
      maxBuffer: 1e9,
      env: {
        ...process.env,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}`,
      },
    },
  );
  const ms = performance.now() - started;
  if (status !== 0) throw new Error(`the audit ended with ${status}: ${stderr}`);
  const peaks = [...stderr.matchAll(/peak (\d+);/g)].map(([, kib]) => Number(kib) * 1024);
  return { ms, bytes: Math.max(...peaks), findings: JSON.parse(stdout).findings.length };
}

function timeGrep(directory: string): number {
  const started = performance.now();
  execFileSync('grep', ['-rnE', 'openai|anthropic|chat.?completion', directory], {
    maxBuffer: 1e9,
  });
  return performance.now() - started;
}

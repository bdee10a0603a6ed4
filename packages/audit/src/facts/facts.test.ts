import { describe, expect, it } from 'vitest';
import { auditOf } from '../testing/codebase.ts';

const client = "import OpenAI from 'openai';\nconst client = new OpenAI();\n";
const call = "client.responses.create({ model: 'gpt-5', input: q })";

const first = async (files: Readonly<Record<string, string>>) => (await auditOf(files)).findings[0];

describe('who waits', () => {
  it.each([
    [
      'request',
      'a route’s handler',
      { 'a.ts': `${client}app.post('/ask', async (q, res) => res.json(await ${call}));\n` },
    ],
    [
      'request',
      'a component’s handler',
      {
        'a.tsx': `${client}export function A() {\n  const onSubmit = async (q) => { await ${call}; };\n}\n`,
      },
    ],
    [
      'background',
      'a queue’s consumer',
      { 'a.ts': `${client}queue.process(async (q) => ${call});\n` },
    ],
    [
      'background',
      'a task of Celery',
      {
        'a.py':
          'import openai\n@shared_task\ndef f(q):\n    return openai.chat.completions.create(model="m", messages=q)\n',
      },
    ],
    [
      'background',
      'a goroutine',
      {
        'a.go':
          'package a\nimport openai "github.com/sashabaranov/go-openai"\nfunc f(c *openai.Client) {\n\tgo c.CreateChatCompletion(ctx, r)\n}\n',
      },
    ],
    [
      'batch',
      'a scheduled method',
      {
        'A.java':
          'import com.openai.client.OpenAIClient;\nclass A {\n  OpenAIClient c;\n  @Scheduled(cron = "0 0 * * *")\n  void f() { c.chat().completions().create(p); }\n}\n',
      },
    ],
    [
      'batch',
      'a script over a file',
      {
        'scripts/fill.py':
          'import openai\nfor row in rows:\n    openai.chat.completions.create(model="m", messages=row)\n',
      },
    ],
    [
      'request',
      'an application of a terminal',
      {
        'package.json': '{"dependencies":{"commander":"1"}}',
        'a.ts': `${client}export const f = (q) => ${call};\n`,
      },
    ],
    ['unknown', 'nothing that says', { 'a.ts': `${client}export const f = (q) => ${call};\n` }],
  ] as const)('is %s for %s', async (sync, _, files) => {
    expect((await first(files))?.sync).toBe(sync);
  });

  it('is said by the callers of a wrapper', async () => {
    const { findings } = await auditOf({
      'lib.ts': `${client}export const askModel = (q) => ${call};\n`,
      'web.ts':
        "import { askModel } from './lib';\napp.get('/x', async (req, res) => res.json(await askModel(req.q)));\n",
    });
    expect(findings.map(({ file, sync }) => [file, sync])).toEqual([
      ['lib.ts', 'request'],
      ['web.ts', 'request'],
    ]);
  });
});

describe('against failure', () => {
  it.each([
    ['nothing', `export const f = (q) => ${call};`, [false, false, false]],
    [
      'a timeout of the client',
      `const slow = new OpenAI({ timeout: 5000 });\nexport const f = (q) => slow.responses.create({ input: q });`,
      [true, false, false],
    ],
    [
      'an abort signal',
      `export const f = (q) => client.responses.create({ input: q }, { signal: AbortSignal.timeout(9) });`,
      [true, false, false],
    ],
    ['a retry around it', `export const f = (q) => retry(() => ${call});`, [false, true, false]],
    [
      'a catch that answers otherwise',
      `export async function f(q) {\n  try { return await ${call}; } catch (e) { return localAnswer(q); }\n}`,
      [false, false, true],
    ],
    [
      'a catch that only says so',
      `export async function f(q) {\n  try { return await ${call}; } catch (e) { console.error(e); throw e; }\n}`,
      [false, false, false],
    ],
  ])('%s is seen', async (_, code, [timeout, retry, fallback]) => {
    const finding = await first({ 'a.ts': `${client}${code}\n` });
    expect(finding?.resilience).toMatchObject({ timeout, retry, fallback });
  });
});

describe('against failure, in other languages', () => {
  const python = 'from openai import OpenAI\nclient = OpenAI()\n';
  const pyCall = 'client.responses.create(model="m", input=q)';
  const go = 'package a\nimport openai "github.com/sashabaranov/go-openai"\n';

  it.each([
    [
      'a client made elsewhere',
      {
        'c.ts':
          "import OpenAI from 'openai';\nexport const api = new OpenAI({ maxRetries: 5, timeout: 9 });\n",
        'a.ts':
          "import { api } from './c';\nexport const f = (q) => api.responses.create({ input: q });\n",
      },
      [true, true, false],
    ],
    [
      'a person’s stop, which is no timeout',
      {
        'a.ts': `${client}export function f(q) { const controller = new AbortController();\n return client.responses.create({ input: q }, { signal: controller.signal }); }\n`,
      },
      [false, false, false],
    ],
    [
      'a clock that stops it',
      {
        'a.ts': `${client}export function f(q) { const controller = new AbortController();\n setTimeout(() => controller.abort(), 500);\n return client.responses.create({ input: q }, { signal: controller.signal }); }\n`,
      },
      [true, false, false],
    ],
    [
      'a sentence instead of an answer',
      {
        'a.ts': `${client}export async function f(q) {\n  try { return await ${call}; } catch (e) { return 'Sorry, try later'; }\n}\n`,
      },
      [false, false, false],
    ],
    [
      'a response that says it failed',
      {
        'a.ts': `${client}export async function f(q) {\n  try { return await ${call}; } catch (e) { return NextResponse.json({ ok: false }); }\n}\n`,
      },
      [false, false, false],
    ],
    [
      'tenacity',
      { 'a.py': `${python}@retry(stop=stop_after_attempt(3))\ndef f(q):\n    return ${pyCall}\n` },
      [false, true, false],
    ],
    [
      'a loop that counts attempts',
      { 'a.py': `${python}def f(q):\n    for attempt in range(3):\n        return ${pyCall}\n` },
      [false, true, false],
    ],
    [
      'asyncio’s wait_for',
      { 'a.py': `${python}async def f(q):\n    return await asyncio.wait_for(${pyCall}, 5)\n` },
      [true, false, false],
    ],
    [
      'another model’s answer',
      {
        'a.py': `${python}def f(q):\n    try:\n        return ${pyCall}\n    except Exception:\n        return local_model(q)\n`,
      },
      [false, false, true],
    ],
    [
      'a context with a deadline',
      {
        'a.go': `${go}func f(c *openai.Client) {\n\tctx, cancel := context.WithTimeout(ctx, 5)\n\tc.CreateChatCompletion(ctx, r)\n}\n`,
      },
      [true, false, false],
    ],
    [
      'a circuit breaker’s other method',
      {
        'A.java':
          'import com.openai.client.OpenAIClient;\nclass A {\n  OpenAIClient c;\n  @CircuitBreaker(name = "x", fallbackMethod = "g")\n  @Retry(name = "x")\n  void f() { c.chat().completions().create(p); }\n}\n',
      },
      [false, true, true],
    ],
    [
      'a client of .NET with a timeout',
      {
        'A.cs':
          'using System.Net.Http;\nclass A { HttpClient http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };\n void F() { http.PostAsync("https://api.openai.com/v1/embeddings", b); } }\n',
      },
      [true, false, false],
    ],
  ] as const)('%s is seen', async (_, files, [timeout, retry, fallback]) => {
    expect((await first(files))?.resilience).toMatchObject({ timeout, retry, fallback });
  });

  it.each([
    [
      'JavaScript',
      {
        'a.ts': `${client}export const f = (q) => client.responses.create({ input: q }, { timeout: 5_000 });\n`,
      },
      5000,
    ],
    [
      'Python',
      {
        'a.py':
          'from openai import OpenAI\nclient = OpenAI(timeout=2.5)\ndef f(q):\n    return client.responses.create(model="m", input=q)\n',
      },
      2500,
    ],
    [
      'Go',
      {
        'a.go': `${go}func f(c *openai.Client) {\n\tctx, cancel := context.WithTimeout(ctx, 5*time.Second)\n\tc.CreateChatCompletion(ctx, r)\n}\n`,
      },
      5000,
    ],
    [
      'C#',
      {
        'A.cs':
          'using System.Net.Http;\nclass A { HttpClient http = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };\n void F() { http.PostAsync("https://api.openai.com/v1/embeddings", b); } }\n',
      },
      60_000,
    ],
  ] as const)('says how long it waits in %s, where a number does', async (_, files, timeoutMs) => {
    expect((await first(files))?.resilience).toMatchObject({ timeout: true, timeoutMs });
  });

  it('says what the SDK does unasked, and whose word that is', async () => {
    const finding = await first({ 'a.py': `${python}def f(q):\n    return ${pyCall}\n` });
    expect(finding?.resilience).toMatchObject({
      timeout: false,
      byDefault: { timeoutSeconds: 600, retries: 2, source: expect.stringMatching(/^https:/) },
    });
    expect(finding?.offline).toContain('10 min');
    for (const made of [
      'OpenAI(base_url="https://api.groq.com/openai/v1")',
      'AzureOpenAI(azure_endpoint=e)',
    ]) {
      const pointed = await first({
        'a.py': `from openai import AzureOpenAI, OpenAI\nc = ${made}\ndef f(q):\n    return c.chat.completions.create(messages=q)\n`,
      });
      expect(pointed?.resilience.byDefault).toMatchObject({
        package: 'openai',
        timeoutSeconds: 600,
      });
    }
    const elsewhere = await first({
      'a.go': `${go}func f(c *openai.Client) {\n\tc.CreateChatCompletion(ctx, r)\n}\n`,
    });
    expect(elsewhere?.resilience).not.toHaveProperty('byDefault');
  });
});

describe('what is sent', () => {
  it('is personal by the names around it, each with its line', async () => {
    const finding = await first({
      'a.ts': `${client}export function summarize(patientRecord) {\n  return client.responses.create({ input: patientRecord });\n}\n`,
    });
    expect(finding?.personal).toContainEqual({ sign: 'patientRecord', line: 4 });
    expect(finding?.suggestedTier).not.toBe('cloud');
  });

  it('is personal by a name of what a parameter is taken apart into', async () => {
    const finding = await first({
      'a.ts': `${client}export function Ask({\n  patientRecord,\n  language = 'email',\n}) {\n  return client.responses.create({ input: 'x' });\n}\n`,
    });
    expect(finding?.personal).toEqual([{ sign: 'patientRecord', line: 3 }]);
  });

  it('is an image, sound or text by the call', async () => {
    const finding = await first({
      'a.py':
        'from openai import OpenAI\nc = OpenAI()\nc.audio.transcriptions.create(model="whisper-1", file=f)\n',
    });
    expect(finding).toMatchObject({ data: 'audio', model: 'whisper-1' });
  });

  it('comes back as a stream where that is asked for', async () => {
    const finding = await first({
      'a.ts': `${client}export const f = (q) => client.responses.create({ input: q, stream: true });\n`,
    });
    expect(finding?.streaming).toBe(true);
  });
});

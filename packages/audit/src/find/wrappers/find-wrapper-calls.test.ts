import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

const sdk = `import OpenAI from 'openai';
const client = new OpenAI();
`;

describe('a wrapper with a short name', () => {
  it('is found where its module is named', async () => {
    const report = await auditOf({
      'lib/llm.ts':
        "import OpenAI from 'openai';\nconst client = new OpenAI();\nexport const ask = (q) => client.responses.create({ model: 'm', input: q });\n",
      'app/api/route.ts':
        "import { ask } from '../../lib/llm';\nexport const POST = (r) => ask(r);\n",
      'app/tasks.ts': 'export const mask = (task) => task.flask;\n',
    });
    expect(places(report)).toEqual([
      'app/api/route.ts:2 wrapper openai',
      'lib/llm.ts:3 sdk openai',
    ]);
  });
});

describe('callers of a wrapper are findings', () => {
  it('in another file, under another name', async () => {
    const report = await auditOf({
      'lib/ai.ts': `${sdk}export async function askModel(q) {\n  return client.responses.create({ model: 'gpt-5', input: q });\n}\n`,
      'app.ts': "import { askModel as ask } from './lib/ai';\nexport const go = () => ask('hi');\n",
    });
    expect(places(report)).toEqual(['app.ts:2 wrapper openai', 'lib/ai.ts:4 sdk openai']);
  });

  it.each([
    ['a function', 'export default async function complete(q) {', '}'],
    ['an arrow', 'export default async (q) => {', '};'],
    ['a name', 'const complete = async (q) => {', '};\nexport default complete;'],
    ['an object', 'async function complete(q) {', '}\nexport default { complete };', '.complete'],
    ['a class', 'class Ai {\nasync complete(q) {', '}\n}\nexport default Ai;', '.complete'],
    [
      'an instance',
      'class Ai {\nasync complete(q) {',
      '}\n}\nexport default new Ai();',
      '.complete',
    ],
  ])('what a module exports by default, under any name: %s', async (what, head, end, path = '') => {
    const made = what === 'a class' ? 'const own = new x();' : 'const own = x;';
    const report = await auditOf({
      'lib/ai.ts': `${sdk}${head}\n  return client.responses.create({ model: 'gpt-5', input: q });\n${end}\n`,
      'app.ts': `import x from './lib/ai';\n${path && made}\nexport const go = () => ${path ? 'own' : 'x'}${path}('hi');\n`,
      'other.ts': "import x from './lib/else';\nexport const went = () => x('hi');\n",
    });
    expect(places(report)).toContain('app.ts:3 wrapper openai');
    expect(places(report).filter((each) => /^other/.test(each))).toEqual([]);
  });

  it('through a barrel that holds no telling word', async () => {
    const report = await auditOf({
      'lib/ai.ts': `${sdk}export async function askModel(q) {\n  return client.responses.create({ model: 'gpt-5', input: q });\n}\n`,
      'lib/index.ts': "export * from './ai';\n",
      'app.ts': "import { askModel } from './lib';\nexport const go = () => askModel('hi');\n",
    });
    expect(places(report)).toContain('app.ts:2 wrapper openai');
  });

  it('through an interface, in Go', async () => {
    const report = await auditOf({
      'ai/openai.go':
        'package ai\nimport openai "github.com/sashabaranov/go-openai"\ntype Client struct { c *openai.Client }\nfunc (x *Client) Complete(q string) string {\n\tr, _ := x.c.CreateChatCompletion(ctx, openai.ChatCompletionRequest{})\n\treturn r.ID\n}\n',
      'ai/iface.go': 'package ai\ntype AI interface { Complete(q string) string }\n',
      'app/app.go':
        'package app\nimport "example.com/x/ai"\ntype App struct { model ai.AI }\nfunc (a *App) Run() string {\n\treturn a.model.Complete("hi")\n}\n',
    });
    expect(places(report)).toEqual(['ai/openai.go:5 sdk openai', 'app/app.go:5 wrapper openai']);
  });

  it('on a field that is injected, in Java', async () => {
    const report = await auditOf({
      'src/Assistant.java':
        'package a;\nimport com.openai.client.OpenAIClient;\nclass Assistant {\n  OpenAIClient client;\n  String reply(String q) { return client.chat().completions().create(q).toString(); }\n}\n',
      'src/Desk.java':
        'package a;\nclass Desk {\n  private final Assistant assistant;\n  Desk(Assistant assistant) { this.assistant = assistant; }\n  String go(String q) { return assistant.reply(q); }\n}\n',
    });
    expect(places(report)).toEqual([
      'src/Assistant.java:5 sdk openai',
      'src/Desk.java:5 wrapper openai',
    ]);
  });

  it('but not calls of something else by the same name', async () => {
    const report = await auditOf({
      'lib/ai.ts': `${sdk}export class Ai {\n  async complete(q) { return client.responses.create({ input: q }); }\n}\n`,
      'form.ts':
        "import { Form } from './fields';\nconst form = new Form();\nexport const go = () => form.complete('x');\n",
      'fields.ts': 'export class Form { complete(x) { return x; } }\n',
    });
    expect(places(report)).toEqual(['lib/ai.ts:4 sdk openai']);
  });

  it('nor of what another object of the codebase or a package holds', async () => {
    const report = await auditOf({
      'lib/ai.ts': `${sdk}export const create = async (q) => client.responses.create({ input: q });\n`,
      'lib/client/x.ts': `${sdk}export async function request(q) { return client.responses.create({ input: q }); }\n`,
      'app.ts':
        "import { Client } from '@acme/sdk/client/index.js';\nimport prisma from './prisma';\nexport const save = (q) => prisma.message.create({ data: q });\nexport const send = (client: Client, q) => client.request(q);\n",
      'prisma.ts': 'export default makeClient();\n',
    });
    expect(places(report)).toEqual(['lib/ai.ts:3 sdk openai', 'lib/client/x.ts:3 sdk openai']);
  });

  it('and a local engine’s callers are none', async () => {
    const report = await auditOf({
      'm.py':
        'import onnxruntime\ns = onnxruntime.InferenceSession("m")\ndef score_row(x):\n    return s.run(None, x)\n',
      'app.py': 'from m import score_row\nprint(score_row(1))\n',
    });
    expect(report.findings).toEqual([]);
  });
});

const ask = `from openai import OpenAI
client = OpenAI()
`;

describe('wrappers that are handed to what calls them', () => {
  it('as an executor, a thread, a task queue and a retry are', async () => {
    const report = await auditOf({
      'desk.py': `${ask}class Desk:
    def index_file(self, path):
        return client.embeddings.create(input=path)
    async def a(self, loop, q):
        await loop.run_in_executor(None, partial(self.index_file, q))
    async def b(self, loop, q):
        await capture(loop.run_in_executor, None, self.index_file, q)
    def c(self, q):
        Thread(target=self.index_file, args=(q,)).start()
    def d(self, q):
        return retry(self.index_file, q)
    def e(self, q):
        register(self.index_file)
    def load(self, index_file):
        return partial(self.read, index_file)
`,
    });
    expect(places(report)).toEqual([
      'desk.py:5 sdk openai',
      'desk.py:7 wrapper openai',
      'desk.py:9 wrapper openai',
      'desk.py:11 wrapper openai',
      'desk.py:13 wrapper openai',
    ]);
  });
});

describe('a distinctive name that only wrappers have', () => {
  const model = `${ask}class Model:
    def send_chat_request(self, q):
        return client.responses.create(input=q)
`;
  it('is a call of one on a parameter, whatever functions of its name are given elsewhere', async () => {
    const report = await auditOf({
      'model.py': model,
      'service.py': `class Service:
    def encapsulated(self, cog, q):
        return cog.model.send_chat_request(q)
`,
      'views.py': `import discord
class View:
    def encapsulated(self, ctx):
        return ctx.model.send_chat_request
    def go(self, ctx: discord.Context):
        return self.encapsulated(ctx)
`,
    });
    expect(places(report)).toContain('service.py:3 wrapper openai');
  });
  it('and none on a package’s', async () => {
    const report = await auditOf({
      'model.py': model,
      'slack.py': `from slack_sdk import WebClient
web = WebClient()
def post(q):
    return web.send_chat_request(q)
`,
    });
    expect(places(report)).toEqual(['model.py:5 sdk openai']);
  });
});

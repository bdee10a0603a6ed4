import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

const sdk = "import OpenAI from 'openai';\nconst client = new OpenAI();\n";

describe('a client inside another', () => {
  it.each<[string, Files, string[]]>([
    [
      'that checks what comes back',
      {
        'ask.ts': `import Instructor from '@instructor-ai/instructor';\n${sdk}const checked = Instructor({ client, mode: 'TOOLS' });\nexport const ask = (q) => checked.chat.completions.create({ messages: q });\n`,
      },
      ['ask.ts:5 sdk openai'],
    ],
    [
      'that observes, kept in a field',
      {
        'ask.ts': `import { observe } from 'watcher';\nimport OpenAI from 'openai';\nexport class Ask {\n  private client = observe(new OpenAI());\n  ask(q) {\n    return this.client.responses.create({ input: q });\n  }\n}\n`,
      },
      ['ask.ts:6 sdk openai'],
    ],
    [
      'but not what another library does with one',
      {
        'ask.ts': `import { Server } from 'pages';\n${sdk}const pages = new Server({ client });\nexport const go = () => pages.listen({ port: 1 });\n`,
      },
      [],
    ],
  ])('%s', finds);
});

describe('LangChain in scripts', () => {
  it.each<[string, Files, string[]]>([
    [
      'a retriever of a store that is declared, and stores that embed',
      {
        'ask.ts':
          "import { VectorStore } from '@langchain/core/vectorstores';\nimport { FaissStore } from '@langchain/community/vectorstores/faiss';\nexport async function ask(q, docs, embeddings) {\n  let store: VectorStore;\n  store = await FaissStore.load('x', embeddings);\n  const retriever = store.asRetriever(3);\n  await retriever.invoke(q);\n  await store.addDocuments(docs);\n  return FaissStore.fromDocuments(docs, embeddings);\n}\n",
      },
      [
        'ask.ts:7 sdk langchain-parts',
        'ask.ts:8 sdk langchain-parts',
        'ask.ts:9 sdk langchain-parts',
      ],
    ],
    [
      'a prompt piped into a model, and a model that a function is given',
      {
        'ask.ts':
          "import { ChatPromptTemplate } from '@langchain/core/prompts';\nimport type { BaseChatModel } from '@langchain/core/language_models/chat_models';\nexport async function ask(model: BaseChatModel, q) {\n  await model.invoke(q);\n  return ChatPromptTemplate.fromMessages([['human', '{q}']]).pipe(model).invoke({ q });\n}\n",
      },
      ['ask.ts:4 sdk langchain', 'ask.ts:5 sdk langchain-parts'],
    ],
    [
      'a graph and an agent',
      {
        'ask.ts':
          "import { StateGraph } from '@langchain/langgraph';\nimport { createReactAgent } from '@langchain/langgraph/prebuilt';\nconst workflow = new StateGraph(State).addNode('a', a).addEdge('a', 'b');\nconst app = workflow.compile();\nexport const run = (q) => app.invoke({ q });\nconst agent = createReactAgent({ llm, tools });\nexport const go = (q) => agent.stream({ q });\n",
      },
      ['ask.ts:5 sdk langchain', 'ask.ts:7 sdk langchain'],
    ],
  ])('%s', finds);
});

describe('a hook that asks a model from the page', () => {
  it('is a call of it', async () => {
    const report = await auditOf({
      'input.tsx':
        "import { useWhisper } from '@chengsokdara/use-whisper';\nexport function Input() {\n  const { transcript } = useWhisper({ apiKey: 'x' });\n  return transcript.text;\n}\n",
    });
    expect(places(report)).toEqual(['input.tsx:3 sdk openai']);
  });
});

describe('a source of events is a request', () => {
  it('by the name of a class, and who calls the function around it', async () => {
    const report = await auditOf({
      'openai.ts':
        "import SSE from '../utils/sse';\nconst base = (proxied) => (proxied ? proxy : 'https://api.openai.com');\nexport function streamAnswer(messages, proxied) {\n  const endpoint = base(proxied);\n  const source = new SSE(endpoint + '/v1/chat/completions', { payload: JSON.stringify({ messages }) });\n  source.stream();\n}\n",
      'reply.ts':
        "import { streamAnswer } from './openai';\nexport const reply = (messages) => streamAnswer(messages, false);\n",
    });
    expect(places(report)).toEqual(['openai.ts:5 http openai', 'reply.ts:2 wrapper openai']);
  });
});

describe('a function that a record keeps', () => {
  it.each<[string, Files, string[]]>([
    [
      'is called where the record is a parameter, also by one of the same name',
      {
        'text.ts': `${sdk}import { makeHandler } from './server';\nexport const text = makeHandler({\n  kind: 'text',\n  onMakeDocument: async (q) => client.responses.create({ input: q }),\n});\n`,
        'server.ts':
          'export function makeHandler(config: { kind: string; onMakeDocument: (q: string) => Promise<string> }) {\n  return {\n    kind: config.kind,\n    onMakeDocument: async (q) => {\n      const draft = await config.onMakeDocument(q);\n      return draft;\n    },\n  };\n}\n',
      },
      ['server.ts:5 wrapper openai', 'text.ts:6 sdk openai'],
    ],
    [
      'is called on what a function gives that makes the record',
      {
        'judge.ts': `${sdk}export async function judge(options: { request?: Ask }) {\n  const request = options.request ?? makeAsk();\n  return request.create('q');\n}\nfunction makeAsk(): Ask {\n  return {\n    async create(q) {\n      return client.responses.create({ input: q });\n    },\n  };\n}\n`,
        'db.ts': 'export const save = (db) => db.message.create({});\n',
      },
      ['judge.ts:5 wrapper openai', 'judge.ts:10 sdk openai'],
    ],
    [
      'is called on the record beside it, and in another module of the workspace',
      {
        'packages/ai/package.json': '{ "name": "@acme/model-kit" }',
        'packages/ai/src/index.ts': `${sdk}export const models = {\n  answer: (q) => client.responses.create({ input: q }),\n};\nexport const again = () => models.answer('q');\n`,
        'apps/web/page.ts':
          "import { models } from '@acme/model-kit';\nexport const go = () => models.answer('q');\n",
      },
      [
        'apps/web/page.ts:2 wrapper openai',
        'packages/ai/src/index.ts:4 sdk openai',
        'packages/ai/src/index.ts:6 wrapper openai',
      ],
    ],
  ])('%s', finds);
});

describe('a module by the name that a codebase gives it', () => {
  it.each<[string, string]>([
    ['an alias of tsconfig', '@services/llm'],
    ['a path from the base directory', 'src/services/llm'],
    ['a workspace package and a path within', '@acme/model-kit/services/llm'],
  ])('%s', async (_, module) => {
    const report = await auditOf({
      'package.json': '{ "name": "root", "dependencies": { "@other/llm": "1" } }',
      'tsconfig.json':
        '{ "compilerOptions": { "baseUrl": ".", // here\n "paths": { "@services/*": ["./src/services/*"], "@acme/model-kit/*": ["./src/*"] } } }',
      'src/services/llm.ts': `${sdk}export const answer = (q) => client.responses.create({ input: q });\n`,
      'src/page.ts': `import { answer } from '${module}';\nexport const go = () => answer('q');\n`,
      'src/other.ts':
        "import { answer } from '@other/llm';\nexport const go = () => answer('q');\n",
    });
    expect(places(report)).toEqual([
      'src/page.ts:2 wrapper openai',
      'src/services/llm.ts:3 sdk openai',
    ]);
  });
});

describe('what a function of the codebase makes', () => {
  it('under another name too', () =>
    finds(
      '',
      {
        'make.ts':
          "import { ToolLoopAgent, generateObject } from 'ai';\nexport function makeAgent(model) {\n  const agent = new ToolLoopAgent({ model });\n  return agent;\n}\nexport const researcher = makeAgent;\nexport function makeAnswerObject() {\n  return async (q) => generateObject({ model, prompt: q });\n}\n",
        'use.ts':
          "import { researcher } from './make';\nimport { stepCountIs } from 'ai';\nexport function go(q) {\n  const agent = researcher('m');\n  return agent.stream({ prompt: q });\n}\n",
      },
      ['make.ts:8 sdk vercel-ai', 'use.ts:5 sdk vercel-ai'],
    ));
});

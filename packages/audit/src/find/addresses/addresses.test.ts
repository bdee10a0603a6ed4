import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

describe('an address is followed through the codebase’s own senders', () => {
  it.each<[string, Files, string[]]>([
    [
      'in a file that holds no telling word, exported by default',
      {
        'http.js':
          'export default async function call(url, init) {\n  const res = await fetch(url, init);\n  return res.json();\n}\n',
        'ai.js':
          "import call from './http';\nexport const ask = (b) => call('https://api.openai.com/v1/chat/completions', b);\n",
      },
      ['ai.js:2 http openai'],
    ],
    [
      'through two of them, and an index file',
      {
        'net/raw.ts':
          'export async function raw(url: string, body: unknown) { return fetch(url, { method: "POST", body }); }\n',
        'net/json.ts':
          "import { raw } from './raw';\nexport async function postJson(address: string, body: unknown) {\n  const r = await raw(address, JSON.stringify(body));\n  return r.json();\n}\n",
        'net/index.ts': "export * from './json';\n",
        'ai.ts':
          "import { postJson } from './net';\nexport const ask = (b) => postJson('https://api.anthropic.com/v1/messages', b);\n",
      },
      ['ai.ts:2 http anthropic'],
    ],
    [
      'as an entry of a record that the sender takes apart',
      {
        'http.ts':
          'export async function send({ url, method = "POST", body }) {\n  return fetch(url, { method, body });\n}\n',
        'ai.ts':
          "import { send } from './http';\nexport const ask = (body) => send({ url: 'https://api.mistral.ai/v1/chat/completions', body });\n",
      },
      ['ai.ts:2 http mistral'],
    ],
    [
      'as a named argument, to a method',
      {
        'gateway.py':
          'import requests\n\nclass Gateway:\n    def submit(self, address, payload):\n        return requests.post(address, json=payload).json()\n',
        'ask.py':
          'from gateway import Gateway\n\ndef ask(q):\n    return Gateway().submit(payload={"q": q}, address="https://api.groq.com/openai/v1/chat/completions")\n',
      },
      ['ask.py:4 http groq'],
    ],
    [
      'in Go',
      {
        'net/post.go':
          'package net\nimport "net/http"\nfunc PostJSON(target string, body []byte) (*http.Response, error) {\n\treturn http.Post(target, "application/json", nil)\n}\n',
        'ai/ask.go':
          'package ai\nimport "example.com/x/net"\nconst api = "https://api.openai.com/v1"\nfunc Ask() { net.PostJSON(api+"/chat/completions", nil) }\n',
      },
      ['ai/ask.go:4 http openai'],
    ],
    [
      'but not where the sender goes elsewhere on that host',
      {
        'billing.js':
          'export async function checkBilling(key, base) {\n  return fetch(base + "/dashboard/billing/subscription", { headers: { key } });\n}\n',
        'page.js':
          "import { checkBilling } from './billing';\ncheckBilling('k', 'https://api.openai.com');\n",
      },
      [],
    ],
  ])('%s', finds);
});

describe('an address is known from what a client was made with', () => {
  it.each<[string, Files, string[]]>([
    [
      'in another file',
      {
        'http.ts':
          "import axios from 'axios';\nexport const together = axios.create({ baseURL: 'https://api.together.xyz/v1' });\n",
        'ai.ts':
          "import { together } from './http';\nexport const ask = (b) => together.post('/chat/completions', b);\n",
      },
      ['ai.ts:2 http together'],
    ],
    [
      'in a field of the class, or of one that it extends',
      {
        'base.py':
          'import httpx\n\nclass Base:\n    def __init__(self):\n        self.http = httpx.AsyncClient(base_url="https://api.cohere.com")\n',
        'ask.py':
          'from base import Base\n\nclass Asker(Base):\n    async def ask(self, q):\n        return await self.http.post("/v2/chat", json={"q": q})\n',
      },
      ['ask.py:5 http cohere'],
    ],
    [
      'in what its constructor is given',
      {
        'client.ts':
          'export class Client {\n  constructor(private readonly root: string) {}\n  ask(body) { return fetch(this.root + "/messages", { method: "POST", body }); }\n}\n',
        'main.ts':
          "import { Client } from './client';\nexport const claude = new Client('https://api.anthropic.com/v1');\n",
      },
      ['client.ts:3 http anthropic'],
    ],
    [
      'in the configuration of an SDK, in Go',
      {
        'a.go':
          'package a\nimport openai "github.com/sashabaranov/go-openai"\nfunc ask() {\n\tcfg := openai.DefaultConfig("k")\n\tcfg.BaseURL = "https://api.deepseek.com"\n\tc := openai.NewClientWithConfig(cfg)\n\tc.CreateChatCompletion(nil, openai.ChatCompletionRequest{})\n}\n',
      },
      ['a.go:7 sdk deepseek'],
    ],
    [
      'in the configuration of an SDK, in Rust',
      {
        'a.rs':
          'use async_openai::{config::OpenAIConfig, Client};\npub async fn ask(r: R) {\n    let config = OpenAIConfig::new().with_api_base("https://api.groq.com/openai/v1");\n    let client = Client::with_config(config);\n    client.chat().create(r).await;\n}\n',
      },
      ['a.rs:5 sdk groq'],
    ],
    [
      'in the options of an SDK, through the environment',
      {
        '.env.example': 'LLM_ROOT=https://openrouter.ai/api/v1\n',
        'a.py':
          'import os\nfrom openai import OpenAI\nclient = OpenAI(base_url=os.environ["LLM_ROOT"])\n\ndef ask(q):\n    return client.chat.completions.create(model="m", messages=[])\n',
      },
      ['a.py:6 sdk openrouter'],
    ],
  ])('%s', finds);
});

describe('an address is put together from what the code says', () => {
  it.each<[string, Files, string[]]>([
    [
      'a table of providers, by a name that only running tells',
      {
        'a.ts':
          "const providers = {\n  openai: { url: 'https://api.openai.com/v1/chat/completions' },\n  other: { url: 'https://example.com' },\n};\nexport const ask = (p, body) => fetch(providers[p].url, { body });\n",
      },
      ['a.ts:5 http openai'],
    ],
    [
      'an enum',
      {
        'urls.ts': "export enum Api { Claude = 'https://api.anthropic.com/v1/messages' }\n",
        'a.ts':
          "import { Api } from './urls';\nexport const ask = (body) => fetch(Api.Claude, { body });\n",
      },
      ['a.ts:2 http anthropic'],
    ],
    [
      'a field of settings with a default',
      {
        'settings.py':
          'from pydantic_settings import BaseSettings\nfrom pydantic import Field\n\nclass Settings(BaseSettings):\n    model_api: str = Field(default="https://api.mistral.ai/v1", alias="X")\n\nsettings = Settings()\n',
        'ask.py':
          'import requests\nfrom settings import settings\n\ndef ask(q):\n    return requests.post(f"{settings.model_api}/chat/completions", json=q)\n',
      },
      ['ask.py:5 http mistral'],
    ],
    [
      'a default of a parameter',
      {
        'a.py':
          'import requests\n\ndef ask(q, url="https://api.deepseek.com/chat/completions"):\n    return requests.post(url, json=q)\n',
      },
      ['a.py:4 http deepseek'],
    ],
    [
      'a variable that is assigned again, and taken apart',
      {
        'a.js':
          "const defaults = { apiRoot: 'https://api.groq.com/openai/v1' };\nexport async function ask(body) {\n  const { apiRoot } = defaults;\n  let url = apiRoot;\n  url = url.replace(/\\/$/, '') + '/chat/completions';\n  return fetch(url, { body });\n}\n",
      },
      ['a.js:6 http groq'],
    ],
    [
      'a block of constants and a format, in Go',
      {
        'a.go':
          'package a\nimport ("fmt"; "net/http")\nconst (\n\troot = "https://generativelanguage.googleapis.com"\n\tversion = "v1beta"\n)\nfunc ask(model string) {\n\thttp.Post(fmt.Sprintf("%s/%s/models/%s:generateContent", root, version, model), "", nil)\n}\n',
      },
      ['a.go:8 http google-genai'],
    ],
    [
      'a branch, in Rust',
      {
        'a.rs':
          'pub async fn ask(local: bool, body: B) {\n    let url = if local { "http://localhost:9/none" } else { "https://api.openai.com/v1/chat/completions" };\n    reqwest::Client::new().post(url).json(&body).send().await;\n}\n',
      },
      ['a.rs:3 http openai'],
    ],
  ])('%s', finds);
});

describe('an address is put together by a function of the codebase', () => {
  const hosts =
    "export const HOST = 'https://api.moonshot.cn';\nexport const MODELS = 'v1/models';\n";
  const api =
    "import { HOST, MODELS } from './hosts';\nexport class Api {\n  path(end) {\n    let base = settings.own || HOST;\n    if (base.endsWith('/')) base = base.slice(0, base.length - 1);\n    return [base, end].join('/');\n  }\n";
  it.each<[string, Files, string[]]>([
    [
      'of its parts in a list, and of what it is given',
      {
        'hosts.ts': hosts,
        'api.ts': `${api}  chat(body) { return fetch(this.path('v1/chat/completions'), { method: 'POST', body }); }\n}\n`,
      },
      ['api.ts:8 http moonshot'],
    ],
    [
      'but not where what it is given leads to a list of models',
      {
        'hosts.ts': hosts,
        'api.ts': `${api}  models() { return fetch(this.path(MODELS)); }\n}\n`,
      },
      [],
    ],
    [
      'of another file',
      {
        'urls.ts': "export const onHost = (end) => 'https://api.groq.com/openai/v1/' + end;\n",
        'a.ts':
          "import { onHost } from './urls';\nexport const ask = (body) => fetch(onHost('chat/completions'), { body });\nexport const list = () => fetch(onHost('models'));\n",
      },
      ['a.ts:2 http groq'],
    ],
    [
      'but not where a browser asks its user for leave',
      {
        'page.ts':
          "const host = 'https://api.openai.com';\nexport const ask = () => Browser.permissions.request({ origins: [host + '/'] });\n",
      },
      [],
    ],
    [
      'of a host and a path that only running tells',
      {
        'route.ts':
          "export async function proxy(req) {\n  const path = req.nextUrl.pathname.replaceAll('/api/x', '');\n  return fetch('https://api.x.ai' + path, { method: req.method, body: req.body });\n}\n",
      },
      ['route.ts:3 http xai'],
    ],
  ])('%s', finds);
});

it('a client that a component keeps is of its package', async () => {
  const report = await auditOf({
    'talk.tsx':
      "import { useRef } from 'react';\nimport { RTClient } from 'rt-client';\nexport function Talk({ url }) {\n  const kept = useRef<RTClient | null>(null);\n  const start = () => { kept.current = new RTClient(url); };\n  const say = (chunk) => kept.current?.sendAudio(chunk);\n  return <button onClick={say} />;\n}\n",
  });
  expect(places(report)).toEqual(['talk.tsx:6 sdk azure-openai']);
});

it('names that may all be each other come to an end', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `name${at}`);
  const functions = names.map(
    (name, at) =>
      `function ${name}(q) { ${names.map((each) => `if (q) return ${each}(q).next;`).join(' ')} return new OpenAI().part${at}; }`,
  );
  const { findings } = await auditOf({
    'a.js': `import OpenAI from 'openai';\n${functions.join('\n')}\nname0(1).chat.completions.create({});\nfetch(name1(2));\n`,
  });
  expect(findings.length).toBeLessThan(3);
});

describe('what is sent tells where the address does not', () => {
  it.each<[string, Files, string[]]>([
    [
      'a header that one API takes',
      {
        'a.js':
          "export const ask = (root, key, body) =>\n  fetch(root, { method: 'POST', headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' }, body });\n",
      },
      ['a.js:2 http anthropic'],
    ],
    [
      'a body with a model, messages and a limit',
      {
        'a.py':
          'import requests\n\ndef ask(gateway, q):\n    payload = {"model": "m", "messages": [{"role": "user", "content": q}], "max_tokens": 50}\n    return requests.post(gateway, json=payload)\n',
      },
      ['a.py:5 http openai-compatible'],
    ],
    [
      'but not to an application’s own backend',
      {
        'a.js':
          "export const ask = (messages) => fetch('/api/chat', { method: 'POST', body: JSON.stringify({ model: 'm', messages, max_tokens: 9 }) });\n",
      },
      [],
    ],
  ])('%s', finds);
});

import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

describe('a request over HTTP is a coupling', () => {
  it.each([
    [
      'a known host',
      {
        'a.ts': "export const f = (b) => fetch('https://api.openai.com/v1/chat/completions', b);\n",
      },
      'a.ts:1 http openai',
    ],
    [
      'a constant of another file',
      {
        'urls.ts': "export const MODEL_ROOT = 'https://api.anthropic.com/v1';\n",
        'a.ts':
          "import { MODEL_ROOT } from './urls';\nexport const f = (b) => fetch(MODEL_ROOT + '/messages', b);\n",
      },
      'a.ts:2 http anthropic',
    ],
    [
      'an environment file',
      {
        '.env.example': 'MODEL_ROOT=https://api.mistral.ai\n',
        'a.py':
          'import os, requests\ndef f(b):\n    return requests.post(os.environ["MODEL_ROOT"] + "/v1/chat", json=b)\n',
      },
      'a.py:3 http mistral',
    ],
    [
      'a setting that Spring injects',
      {
        'src/main/resources/application.yml': 'llm:\n  rootUrl: https://api.groq.com/openai\n',
        'src/A.java': `import java.net.http.*;\nclass A {\n  @Value("\${llm.rootUrl}") String rootUrl;\n  Object f(HttpClient c) {\n    return c.send(HttpRequest.newBuilder().uri(URI.create(rootUrl + "/v1/chat/completions")).build(), h);\n  }\n}\n`,
      },
      'src/A.java:5 http groq',
    ],
    [
      'the fields that its body is given one by one, where a variable alone holds its address',
      {
        'a.py':
          'import os, requests\ndef f(q):\n    data = {"max_tokens": 5}\n    data["messages"] = q\n    data["model"] = "m"\n    return requests.post(os.environ["ASK_URL"], json=data)\n',
      },
      'a.py:6 http openai-compatible',
    ],
    [
      'the fields that its body is given one by one, in JavaScript',
      {
        'a.ts':
          'export const f = (q) => {\n  const data: any = { max_tokens: 5 };\n  data.messages = q;\n  data["model"] = "m";\n  return fetch(process.env.ASK_URL, { body: JSON.stringify(data) });\n};\n',
      },
      'a.ts:5 http openai-compatible',
    ],
    [
      'the fields that its body is given one by one, in Rust',
      {
        'a.rs':
          'use reqwest::Client;\nasync fn f(q: String, conf: Conf) {\n    let mut body: Value = serde_json::from_str(&template).unwrap();\n    body["model"] = Value::String(conf.model);\n    body["messages"][0]["content"] = Value::String(q);\n    let res = Client::new()\n        .post(&conf.url)\n        .body(serde_json::to_string(&body).unwrap())\n        .send()\n        .await;\n}\n',
      },
      'a.rs:6 http openai-compatible',
    ],
    [
      'a variable that nobody sets',
      {
        'a.go':
          'package a\nimport ("net/http"; "os")\nfunc f() { http.Post(os.Getenv("OPENAI_BASE_URL")+"/x", "", nil) }\n',
      },
      'a.go:3 http openai',
    ],
    [
      'the shape of its path',
      {
        'a.py':
          'import httpx\ndef f(u, x):\n    return httpx.post(f"{u}/v2/models/fraud/infer", json=x)\n',
      },
      'a.py:3 http triton',
    ],
    [
      'a request that is built before it is sent',
      {
        'a.swift':
          'import Foundation\nfunc f() async throws {\n  let url = URL(string: "https://api.openai.com/v1/responses")!\n  var r = URLRequest(url: url)\n  r.httpMethod = "POST"\n  let (d, _) = try await URLSession.shared.data(for: r)\n}\n',
      },
      'a.swift:6 http openai',
    ],
    [
      'a client of the codebase',
      {
        'a.ts':
          "async function send(path, body) {\n  return fetch(root + path, body);\n}\nexport const f = (b) => send('/v1/chat/completions', b);\nexport const g = (b) => send('/v1/orders', b);\n",
      },
      'a.ts:4 http openai-compatible',
    ],
    [
      'an annotation of Retrofit',
      {
        'Api.kt':
          'interface Api {\n  @POST("v1/chat/completions")\n  suspend fun answer(@Body q: Q): R\n}\n',
        'Repo.kt':
          'class Repo(private val api: Api) {\n  suspend fun go(q: Q) = api.answer(q)\n}\n',
      },
      'Repo.kt:2 http openai-compatible',
    ],
  ] as const)('by %s', async (_, files, place) => {
    expect(places(await auditOf(files))).toEqual([place]);
  });

  it('but a route of one’s own is none, nor a list of models', async () => {
    const report = await auditOf({
      'server.ts': "app.post('/v1/chat/completions', (req, res) => res.json({}));\n",
      'server.py': '@app.post("/v1/chat/completions")\ndef chat(q):\n    return {}\n',
      'models.ts': "export const f = () => fetch('https://api.openai.com/v1/models');\n",
      'page.ts': "export const f = () => fetch('/api/chat');\n",
    });
    expect(places(report)).toEqual([]);
  });

  it('but not by fields that another function gives another body', async () => {
    const report = await auditOf({
      'a.py':
        'import os, requests\ndef f(q):\n    data = {"max_tokens": 5}\n    return requests.post(os.environ["ASK_URL"], json=data)\ndef g(data):\n    data["messages"] = 1\n    data["model"] = "m"\n',
    });
    expect(places(report)).toEqual([]);
  });
});

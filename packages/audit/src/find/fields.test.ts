import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

describe('a field in Go', () => {
  it.each<[string, Files, string[]]>([
    [
      'is what a record of its type sets it to, and a transport of the codebase sends there',
      {
        'config/store.go':
          'package config\nconst (\n\tserviceURL = "https://api.openai.com"\n\tchatPath = "/v1/chat/completions"\n\tmodelsPath = "/v1/models"\n)\nfunc Defaults() Config {\n\treturn Config{URL: serviceURL, CompletionsPath: chatPath, ModelsPath: modelsPath}\n}\n',
        'config/config.go':
          'package config\ntype Config struct {\n\tURL string\n\tCompletionsPath string\n\tModelsPath string\n}\n',
        'transport/http.go':
          'package transport\nimport "net/http"\ntype Caller interface { PostWith(url string, body []byte) ([]byte, error) }\ntype Rest struct { client *http.Client }\nfunc (r *Rest) PostWith(url string, body []byte) ([]byte, error) {\n\treq, err := http.NewRequest(http.MethodPost, url, bytes.NewBuffer(body))\n\tresp, err := r.client.Do(req)\n\treturn io.ReadAll(resp.Body)\n}\n',
        'client/client.go':
          'package client\nimport (\n\t"example.com/x/config"\n\t"example.com/x/transport"\n)\ntype Client struct {\n\tConfig config.Config\n\tCaller transport.Caller\n}\n',
        'client/ask.go':
          'package client\nfunc (c *Client) Ask(q string) ([]byte, error) {\n\turl := c.endpoint(c.Config.CompletionsPath)\n\treturn c.Caller.PostWith(url, []byte(q))\n}\nfunc (c *Client) Names() ([]byte, error) {\n\treturn c.Caller.PostWith(c.endpoint(c.Config.ModelsPath), nil)\n}\nfunc (c *Client) endpoint(path string) string { return c.Config.URL + path }\n',
      },
      ['client/ask.go:4 http openai-compatible'],
    ],
    [
      'of the struct itself too',
      {
        'ai/client.go':
          'package ai\nimport "net/http"\ntype Client struct { base string }\nfunc Make() *Client { return &Client{base: "https://api.openai.com"} }\nfunc (c *Client) Ask(body io.Reader) { http.Post(c.base+"/v1/responses", "application/json", body) }\n',
      },
      ['ai/client.go:5 http openai'],
    ],
    [
      'is asked in another file of the package, which needs no import',
      {
        'main.go':
          'package main\nimport "github.com/tmc/langchaingo/llms"\ntype App struct {\n\tLLM llms.Model\n\tLog Logger\n}\n',
        'answer.go':
          'package main\nfunc (app *App) answer(q string) {\n\tapp.LLM.Call(ctx, q)\n\tapp.Log.Call(ctx, q)\n}\n',
      },
      ['answer.go:3 sdk langchain'],
    ],
  ])('%s', finds);
});

describe('a static method in Swift', () => {
  it.each<[string, Files, string[]]>([
    [
      'is called of the type around',
      {
        'Provider.swift':
          'import Foundation\nfinal class Provider {\n    func process(_ q: String) async throws -> String {\n        return try await Self.perform(q)\n    }\n    private static func perform(_ q: String) async throws -> String {\n        var request = URLRequest(url: URL(string: "https://api.openai.com/v1/chat/completions")!)\n        request.httpMethod = "POST"\n        let (data, _) = try await URLSession.shared.data(for: request)\n        return String(data: data, encoding: .utf8)!\n    }\n}\n',
      },
      ['Provider.swift:4 wrapper openai', 'Provider.swift:9 http openai'],
    ],
    [
      'sends the request that it is handed',
      {
        'Ollama.swift':
          'import Foundation\nfinal class Ollama {\n    func process(_ q: String) async throws -> String {\n        var request = URLRequest(url: URL(string: "http://localhost:11434/api/chat")!)\n        request.httpMethod = "POST"\n        return try await Self.performOneShot(request)\n    }\n    private static func performOneShot(_ request: URLRequest) async throws -> String {\n        let (data, _) = try await URLSession.shared.data(for: request)\n        return String(data: data, encoding: .utf8)!\n    }\n}\n',
      },
      ['Ollama.swift:6 http ollama', 'Ollama.swift:9 http ollama'],
    ],
  ])('%s', finds);
});

describe('what is asked of a library’s type', () => {
  it.each<[string, Files, string[]]>([
    [
      'is the type’s own, where several packages are opened in C#',
      {
        'Ingest.cs':
          'using Microsoft.SemanticKernel.Embeddings;\nusing SmartComponents.LocalEmbeddings.SemanticKernel;\nclass Ingest {\n    public async Task RunAsync(string text) {\n        using var embedder = new LocalTextEmbeddingGenerationService();\n        await embedder.GenerateEmbeddingAsync(text);\n    }\n}\n',
        'Program.cs':
          '// embeddings, made by Microsoft.SemanticKernel\nawait new Ingest().RunAsync("hi");\n',
      },
      [],
    ],
    [
      'is a model, where a retriever of LangChain4j embeds the question',
      {
        'Chat.java':
          'import dev.langchain4j.rag.content.retriever.ContentRetriever;\nimport dev.langchain4j.rag.query.Query;\nclass Chat {\n    Object run(String words) {\n        ContentRetriever retriever = build();\n        return retriever.retrieve(Query.from(words));\n    }\n}\n',
      },
      ['Chat.java:6 sdk langchain'],
    ],
  ])('%s', finds);
});

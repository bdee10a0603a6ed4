import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

const swift = (body: string) => `import Foundation

final class Handler {
    private let baseURL: URL

    func ask(_ messages: [[String: String]]) async throws -> Data {
        let request = makeRequest(messages)
        return try await URLSession.shared.data(for: request).0
    }

    private func makeRequest(_ messages: [[String: String]]) -> URLRequest {
        var request = URLRequest(url: baseURL)
${body}
        return request
    }
}
`;

describe('a request of Unity', () => {
  it('is sent by itself', async () => {
    const report = await auditOf({
      'Ask.cs':
        'using UnityEngine.Networking;\nstatic class Ask {\n  static string Go(string body) {\n    using var post = UnityWebRequest.Post("https://api.openai.com/v1/chat/completions", body, "application/json");\n    post.timeout = 5;\n    var sent = post.SendWebRequest();\n    return post.downloadHandler.text;\n  }\n}\n',
    });
    expect(places(report)).toEqual(['Ask.cs:6 http openai']);
  });
});

describe('a request that another method makes', () => {
  it('is a header’s provider’s, where it is sent', async () => {
    const source = swift(`        request.httpMethod = "POST"
        request.setValue(version, forHTTPHeaderField: "anthropic-version")`);
    expect(places(await auditOf({ 'Handler.swift': source }))).toEqual([
      'Handler.swift:8 http anthropic',
    ]);
  });

  it('is anybody’s server’s where the body tells, and no name', async () => {
    const source = swift(`        request.httpMethod = "POST"
        request.httpBody = body(["model": model, "messages": messages])`);
    expect(places(await auditOf({ 'Handler.swift': source }))).toEqual([
      'Handler.swift:8 http openai-compatible',
    ]);
  });

  it('is the one’s that the file is named after', async () => {
    const source = swift(`        request.httpMethod = "POST"
        request.httpBody = body(["model": model, "messages": messages])`);
    expect(places(await auditOf({ 'PerplexityApi.swift': source }))).toEqual([
      'PerplexityApi.swift:8 http perplexity',
    ]);
  });

  it('is no finding where nothing is posted', async () => {
    const source = swift(
      `        request.setValue(version, forHTTPHeaderField: "anthropic-version")`,
    );
    expect(places(await auditOf({ 'Handler.swift': source }))).toEqual([]);
  });

  it('is told by code, and not by a comment', async () => {
    const source = swift(`        request.httpMethod = "POST"
        // as for "model" and "messages", see "anthropic-version"`);
    expect(places(await auditOf({ 'Handler.swift': source }))).toEqual([]);
  });
});

describe('a call object', () => {
  const java = (sending: string) => `import okhttp3.*;
class Ask {
  OkHttpClient client;
  Response go(RequestBody body) throws Exception {
    Request request = new Request.Builder().url("https://api.cohere.com/v2/chat").post(body).build();
${sending}
  }
}
`;

  it('sends where it is executed', async () => {
    const source = java(`    Call call = client.newCall(request);
    calls.add(call);
    return call.execute();`);
    expect(places(await auditOf({ 'Ask.java': source }))).toEqual(['Ask.java:8 http cohere']);
  });

  it('sends where it is made, when somebody else executes it', async () => {
    const source = java('    return run(client.newCall(request));');
    expect(places(await auditOf({ 'Ask.java': source }))).toEqual(['Ask.java:6 http cohere']);
  });
});

it('a builder of a client sends nothing', async () => {
  const report = await auditOf({
    'Api.kt': `import retrofit2.Retrofit
val retrofit = Retrofit.Builder().baseUrl("https://api.openai.com/v1/").build()
`,
  });
  expect(places(report)).toEqual([]);
});

it('lists of models and files of an account are asked for without a model', async () => {
  const report = await auditOf({
    'Api.kt': `import io.ktor.client.HttpClient
class Api(private val client: HttpClient) {
    private val url: String = "https://api.openai.com/v1"
    suspend fun models() = client.get("$url/models")
    suspend fun file(id: String) = client.get("$url/files/$id")
    suspend fun upload(body: String) = client.post("$url/files") { setBody(body) }
    suspend fun ask(body: String) = client.post("$url/responses") { setBody(body) }
}
`,
  });
  expect(places(report)).toEqual(['Api.kt:7 http openai']);
});

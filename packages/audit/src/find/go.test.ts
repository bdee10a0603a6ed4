import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

const head = 'package ai\nimport "net/http"\n';

describe('a field of a struct that another file declares', () => {
  it('is no variable of that name in another method', async () => {
    const report = await auditOf({
      'a/client.go':
        'package a\nimport openai "github.com/sashabaranov/go-openai"\ntype Client struct {\n\tclient *openai.Client\n}\n',
      'a/image.go':
        'package a\nimport openai "github.com/sashabaranov/go-openai"\nfunc (c *Client) Draw(q openai.ImageRequest) {\n\tr, _ := c.client.CreateImage(ctx, q)\n}\nfunc (c *Client) Send() {\n\tclient := manager.Get()\n\tclient.Upload()\n}\n',
    });
    expect(places(report)).toEqual(['a/image.go:4 sdk openai']);
  });
});

describe('an address in Go is what functions make of it', () => {
  it.each<[string, Files, string[]]>([
    [
      'given back beside an error',
      {
        'ai/ask.go': `${head}func (c *Client) address() (string, error) {\n\treturn fmt.Sprintf("%s/v1/chat/completions", c.base), nil\n}\nfunc (c *Client) Ask(body io.Reader) {\n\turl, err := c.address()\n\thttp.Post(url, "application/json", body)\n}\n`,
      },
      ['ai/ask.go:8 http openai-compatible'],
    ],
    [
      'given back by its name',
      {
        'ai/ask.go': `${head}func address(base string) (whole string) {\n\twhole = base + "/v1/chat/completions"\n\treturn\n}\nfunc Ask(body io.Reader) { http.Post(address(host), "application/json", body) }\n`,
      },
      ['ai/ask.go:7 http openai-compatible'],
    ],
    [
      'of the end that they are given',
      {
        'ai/ask.go': `${head}func (c *Client) url(suffix string) string {\n\tvar whole string\n\twhole = fmt.Sprintf("%s/v1/%s", c.base, suffix)\n\treturn whole\n}\nfunc (c *Client) Ask(body io.Reader) { http.Post(c.url("chat/completions"), "application/json", body) }\nfunc (c *Client) Names() { http.Get(c.url("names")) }\n`,
      },
      ['ai/ask.go:8 http openai-compatible'],
    ],
    [
      'in another file of the package, or in another package',
      {
        'ai/address.go':
          'package ai\nfunc chatAddress(base string) string { return base + "/v1/chat/completions" }\n',
        'ai/ask.go': `${head}func Ask(body io.Reader) { http.Post(chatAddress(base), "application/json", body) }\n`,
        'urls/urls.go':
          'package urls\nfunc Embeddings(base string) string { return base + "/v1/embeddings" }\n',
        'index/embed.go':
          'package index\nimport (\n\t"net/http"\n\t"example.com/x/urls"\n)\nfunc embed(body io.Reader) { http.Post(urls.Embeddings(base), "application/json", body) }\n',
      },
      ['ai/ask.go:3 http openai-compatible', 'index/embed.go:6 http openai-compatible'],
    ],
    [
      'by whatever implements an interface',
      {
        'relay/adaptor.go':
          'package relay\nimport "net/http"\ntype Adaptor interface { RequestURL(m *Meta) (string, error) }\nfunc Relay(a Adaptor, m *Meta, body io.Reader) (*http.Response, error) {\n\turl, err := a.RequestURL(m)\n\treq, err := http.NewRequest("POST", url, body)\n\treturn http.DefaultClient.Do(req)\n}\n',
        'relay/claude/claude.go':
          'package claude\ntype Claude struct{}\nfunc (c *Claude) RequestURL(m *Meta) (string, error) { return fmt.Sprintf("%s/v1/responses", m.Base), nil }\n',
      },
      ['relay/adaptor.go:7 http openai-compatible'],
    ],
  ])('%s', finds);
});

describe('a route in Go sends nothing', () => {
  it.each<[string, Files, string[]]>([
    [
      'whatever its path is like',
      {
        'server/ollama.go':
          'package server\nimport "github.com/gin-gonic/gin"\nfunc Serve() {\n\tr := gin.New()\n\tr.POST("/api/chat", chat)\n\tr.GET("/v1/chat/completions", chat)\n}\nfunc (s *Server) POST(path string) { http.Post(path, "application/json", nil) }\n',
      },
      [],
    ],
  ])('%s', finds);
});

const sdk =
  'package ai\nimport openai "github.com/sashabaranov/go-openai"\ntype OpenAI struct { c *openai.Client }\nfunc (x *OpenAI) Complete(q string) string {\n\tr, _ := x.c.CreateChatCompletion(ctx, openai.ChatCompletionRequest{})\n\treturn r.ID\n}\n';

describe('a call in Go means what its receiver is of', () => {
  it.each<[string, Files, string[]]>([
    [
      'where that is a parameter of the type',
      {
        'ai/openai.go': sdk,
        'ai/base.go':
          'package ai\ntype Completer interface { Complete(q string) string }\ntype base[C Completer] struct { client C }\nfunc (b *base[C]) Run(q string) string {\n\treturn b.client.Complete(q)\n}\nfunc Twice[C Completer](c C) { c.Complete("twice") }\n',
      },
      ['ai/base.go:5 wrapper openai', 'ai/base.go:7 wrapper openai', 'ai/openai.go:5 sdk openai'],
    ],
    [
      'where a type is another name of it',
      {
        'ai/openai.go': sdk,
        'ai/names.go':
          'package ai\ntype Completer interface { Complete(q string) string }\ntype Model = Completer\nfunc Ask(m Model) { m.Complete("hi") }\n',
        'bot/client.go':
          'package bot\nimport "github.com/sashabaranov/go-openai"\ntype Client = openai.Client\nfunc Ask(c *Client) { c.CreateEmbeddings(ctx, nil) }\n',
      },
      ['ai/names.go:4 wrapper openai', 'ai/openai.go:5 sdk openai', 'bot/client.go:4 sdk openai'],
    ],
    [
      'and not what most types of that name are, of which one asks a model',
      {
        'relay/relay.go':
          'package relay\ntype Adaptor interface { Answer(q string) string }\nfunc Relay(a Adaptor) { a.Answer("hi") }\n',
        'relay/one/one.go':
          'package one\nimport openai "github.com/sashabaranov/go-openai"\ntype Adaptor struct { c *openai.Client }\nfunc (x *Adaptor) Answer(q string) string {\n\tr, _ := x.c.CreateChatCompletion(ctx, openai.ChatCompletionRequest{})\n\treturn r.ID\n}\n',
        ...Object.fromEntries(
          ['two', 'three', 'four'].map((name) => [
            `relay/${name}/${name}.go`,
            `package ${name}\n// after openai\ntype Adaptor struct {}\nfunc (x *Adaptor) Answer(q string) string { return "http://api.openai.com" }\n`,
          ]),
        ),
      },
      ['relay/one/one.go:5 sdk openai'],
    ],
  ])('%s', finds);
});

describe('a function in Go that is kept under a name', () => {
  it.each<[string, Files, string[]]>([
    [
      'is called by it: a field of another type, and a variable',
      {
        'ai/stream.go':
          'package ai\nimport openai "github.com/sashabaranov/go-openai"\ntype Stream struct { again func() error }\nfunc (c *Client) Ask() *Stream {\n\ts := &Stream{}\n\ts.again = func() error {\n\t\t_, err := c.openai.CreateChatCompletion(ctx, openai.ChatCompletionRequest{})\n\t\treturn err\n\t}\n\ts.again()\n\treturn s\n}\nfunc (s *Stream) Next() { s.again() }\nfunc (o *Other) Next() { o.again() }\nfunc once(c *openai.Client) {\n\task := func() { c.CreateEmbeddings(ctx, nil) }\n\task()\n}\nfunc ask() {}\nfunc other() { ask() }\n',
      },
      [
        'ai/stream.go:7 sdk openai',
        'ai/stream.go:10 wrapper openai',
        'ai/stream.go:13 wrapper openai',
        'ai/stream.go:16 sdk openai',
        'ai/stream.go:17 wrapper openai',
      ],
    ],
  ])('%s', finds);
});

describe('a request in Go that a function is handed', () => {
  it.each<[string, Files, string[]]>([
    [
      'goes where a record of the file says',
      {
        'ai/google.go':
          'package ai\nimport "net/http"\nfunc Default(model string) Config {\n\treturn Config{\n\t\tBase: fmt.Sprintf("https://generativelanguage.googleapis.com/v1beta/models/%s:streamGenerateContent?alt=sse", model),\n\t}\n}\nfunc (c *Client) Ask(q string) {\n\treq := c.build(c.config.Base, q)\n\tsendStream(c, req)\n}\nfunc sendStream(c *Client, req *http.Request) (*Stream, error) {\n\tresp, err := c.http.Do(req)\n\treturn &Stream{resp}, err\n}\n',
      },
      ['ai/google.go:10 wrapper google-genai', 'ai/google.go:13 http google-genai'],
    ],
  ])('%s', finds);
});

describe('a request in Go to an address that is not known', () => {
  it.each<[string, Files, string[]]>([
    [
      'is told by the fields of what it sends',
      {
        'ai/rest.go':
          'package ai\nimport "net/http"\n// as ollama has it: "prompt"\nfunc (c *Rest) Ask(q string) {\n\task := &RestRequest{Model: c.model, Prompt: q}\n\tbody, err := json.Marshal(ask)\n\treq, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.String(), bytes.NewBuffer(body))\n\tresp, err := c.client.Do(req)\n}\n',
      },
      ['ai/rest.go:8 http openai-compatible'],
    ],
  ])('%s', finds);
});

describe('who asks for an account or for its health', () => {
  it('asks no model', async () => {
    const report = await auditOf({
      'account.go':
        'package account\nimport "net/http"\nfunc Balance() { http.Get("https://api.siliconflow.cn/v1/user/info") }\nfunc Well() { http.Get("https://api.anthropic.com/healthcheck") }\n',
    });
    expect(places(report)).toEqual([]);
  });
});

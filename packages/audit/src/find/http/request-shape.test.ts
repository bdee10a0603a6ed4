import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

const go = (body: string, types = '') =>
  `package ask\nimport "net/http"\n${types}func Ask(input string) (*http.Response, error) {\n${body}\n}\n`;

describe('a body of a service that no rule knows tells', () => {
  it.each<[string, Files, string[]]>([
    [
      'where it is written as JSON',
      {
        'ask.go': go(
          '\tvar data = strings.NewReader(fmt.Sprintf(`{"model": "%v", "messages": [{"role": "user", "content": "%s"}]}`, model, input))\n\treq, err := http.NewRequest("POST", "https://chat.example.com/api/say", data)\n\treturn client.Do(req)',
        ),
        'ask.py':
          'import requests\ndef ask(q):\n    return requests.post("https://chat.example.com/api/say", data=\'{"model": "m", "messages": \' + q + \'}\')\n',
      },
      ['ask.go:6 http openai-compatible', 'ask.py:3 http openai-compatible'],
    ],
    [
      'where the type of what is sent has its fields',
      {
        'ask.go': go(
          '\tbody := Body{Model: "gpt-5"}\n\tbody.Messages = messages\n\tdata, err := json.Marshal(body)\n\treq, err := http.NewRequest("POST", "https://chat.example.com/api.php", bytes.NewBuffer(data))\n\treturn client.Do(req)',
          'type Body struct {\n\tModel string `json:"model"`\n\tMessages []any `json:"messages"`\n}\n',
        ),
      },
      ['ask.go:12 http openai-compatible'],
    ],
    [
      'but not that of an order',
      {
        'ask.go': go(
          '\tbody := Body{Model: "T-1000"}\n\tdata, err := json.Marshal(body)\n\treq, err := http.NewRequest("POST", "https://cars.example.com/messages", bytes.NewBuffer(data))\n\treturn client.Do(req)',
          'type Body struct {\n\tModel string `json:"model"`\n\tColour string `json:"colour"`\n}\nvar words = `{"messages": []}`\n',
        ),
      },
      [],
    ],
  ])('%s', finds);
});

describe('headers that are set on a request tell whose it is', () => {
  it.each<[string, Files, string[]]>([
    [
      'in Go',
      {
        'ask.go': go(
          '\treq, err := http.NewRequest("POST", host, data)\n\treq.Header.Set("anthropic-version", "2023-06-01")\n\treturn client.Do(req)',
        ),
      },
      ['ask.go:6 http anthropic'],
    ],
    [
      'but not those of another',
      {
        'ask.go': go(
          '\tother, err := http.NewRequest("POST", host, data)\n\tother.Header.Set("anthropic-version", "2023-06-01")\n\treturn client.Do(req)',
        ),
      },
      [],
    ],
  ])('%s', finds);
});

describe('an address that says plainly that a model is asked', () => {
  it.each<[string, Files, string[]]>([
    [
      'is one, though no rule knows its host',
      {
        'ask.go': go(
          '\treq, err := http.NewRequest("POST", "https://ai-api.studio.example/api/ai-art-generator", form)\n\treturn client.Do(req)',
        ),
        'ask.py':
          'import requests\ndef draw(q):\n    return requests.post("https://api.example.io/v1/text-to-image", json={"q": q})\n',
      },
      ['ask.go:5 http unlisted-models', 'ask.py:3 http unlisted-models'],
    ],
    [
      'but no backend of one’s own is',
      {
        'page.ts':
          "export const draw = (q) => fetch('/api/text-to-image', { method: 'POST', body: q });\nexport const say = (q) => fetch(base + '/text-to-image', { method: 'POST', body: q });\n",
        'ask.py':
          'import requests\ndef draw(q):\n    return requests.post("http://localhost:8000/text-to-image", json={"q": q})\n',
      },
      [],
    ],
    [
      'through an address that is parsed and given a question',
      {
        'ask.go': go(
          '\tlink := fmt.Sprintf("https://image.pollinations.ai/prompt/%v", input)\n\tu, err := url.Parse(link)\n\tu.RawQuery = q.Encode()\n\treq, _ := http.NewRequest("GET", u.String(), nil)\n\treturn client.Do(req)',
        ),
      },
      ['ask.go:8 http pollinations'],
    ],
  ])('%s', finds);
});

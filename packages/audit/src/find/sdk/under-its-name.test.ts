import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

describe('a client that another package gives under the provider’s name', () => {
  it.each<[string, string, string, string[]]>([
    [
      'by its module',
      'ask.ts',
      "import OpenAI from 'openpipe/openai';\nexport async function ask(q) {\n  const openai = new OpenAI({ openpipe: {} });\n  return openai.chat.completions.create({ messages: q });\n}\n",
      ['ask.ts:4 sdk openai'],
    ],
    [
      'by the name of the client',
      'ask.ts',
      "import { AzureOpenAI } from '@watcher/ai';\nconst client = new AzureOpenAI({});\nexport const ask = (q) => client.chat.completions.create({ messages: q });\n",
      ['ask.ts:3 sdk azure-openai'],
    ],
    [
      'in Python',
      'ask.py',
      'from langfuse.openai import AsyncOpenAI\nclient = AsyncOpenAI()\nasync def ask(q):\n    return await client.chat.completions.create(messages=q)\n',
      ['ask.py:4 sdk openai'],
    ],
    [
      'but not a call that any client may have',
      'ask.ts',
      "import { OpenAI } from '@watcher/icons';\nconst icon = new OpenAI();\nexport const draw = () => icon.run('x');\n",
      [],
    ],
  ])('%s', async (_, path, source, expected) =>
    expect(places(await auditOf({ [path]: source }))).toEqual(expected),
  );
});

import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

const sdk = "import OpenAI from 'openai';\nconst client = new OpenAI();\n";
const ask = `${sdk}export async function checkKey(key) {\n  return client.models.list() && client.responses.create({ input: key });\n}\n`;

describe('a function that is given to be called', () => {
  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    [
      'to a component, as an attribute',
      {
        'ask.ts': ask,
        'panel.tsx':
          'import { checkKey } from \'./ask\';\nfunction Panel({ title, check }: { title: string }) {\n  const submit = async (key) => {\n    await check(key);\n  };\n  return <form onSubmit={submit}>{title}</form>;\n}\nexport const Page = () => <Panel title="x" check={checkKey} />;\n',
      },
      ['ask.ts:4 sdk openai', 'panel.tsx:4 wrapper openai'],
    ],
    [
      'by a function that chooses one',
      {
        'ask.ts': ask,
        'other.ts': ask,
        'play.ts':
          "import { checkKey as checkA } from './ask';\nimport { checkKey as checkB } from './other';\nconst settings = () => {\n  switch (kind) {\n    case 'a':\n      return { key: 'a', checkKey: checkA };\n    default:\n      return { key: 'b', checkKey: checkB };\n  }\n};\nexport const play = async () => {\n  const { key, checkKey } = settings();\n  return checkKey(key);\n};\n",
      },
      ['ask.ts:4 sdk openai', 'other.ts:4 sdk openai', 'play.ts:13 wrapper openai'],
    ],
    [
      'as a parameter, and as a part of one',
      {
        'ask.ts': ask,
        'try.ts':
          "import { checkKey } from './ask';\nfunction tryAll(check, keys) {\n  return keys.map((key) => check(key));\n}\nconst tryOne = (options) => options.check(options.key);\nexport const go = () => tryAll(checkKey, ['a']) && tryOne({ key: 'a', check: checkKey });\n",
      },
      ['ask.ts:4 sdk openai', 'try.ts:3 wrapper openai', 'try.ts:5 wrapper openai'],
    ],
    [
      'in Python',
      {
        'ask.py':
          'from openai import OpenAI\nclient = OpenAI()\ndef ask(q):\n    return client.responses.create(input=q)\n',
        'run.py':
          'from ask import ask\ndef each(task, question):\n    return task(question)\ndef main():\n    each(ask, "q")\n',
      },
      ['ask.py:4 sdk openai', 'run.py:3 wrapper openai'],
    ],
    [
      'but not where most of what is given asks nobody',
      {
        'ask.ts': ask,
        'try.ts':
          "import { checkKey } from './ask';\nimport { a, b } from './others';\nfunction tryAll(check, key) {\n  return check(key);\n}\nexport const go = () => tryAll(checkKey, 'a') && tryAll(a, 'b') && tryAll(b, 'c') && tryAll(b, 'd');\n",
      },
      ['ask.ts:4 sdk openai'],
    ],
  ])('%s', async (_, files, expected) => expect(places(await auditOf(files))).toEqual(expected));
});

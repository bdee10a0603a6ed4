import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

describe('what Python code keeps and imports', () => {
  it('is an agent in a table, of the object or of one that it makes', async () => {
    const report = await auditOf({
      'desk.py': `from langchain.agents import initialize_agent
class Data:
    def __init__(self, llm, agent_chain):
        self.agent_chain = agent_chain
class Desk:
    def __init__(self):
        self.agents = {}
        self.chains = {}
    def start(self, user, llm):
        agent_chain = initialize_agent([], llm)
        self.agents[user] = agent_chain
        self.chains[user] = Data(llm, agent_chain)
    def ask(self, user, q):
        agent = self.agents[user]
        return agent.run(q)
    def tell(self, user, q):
        return self.chains[user].agent_chain.run(q)
`,
    });
    expect(places(report)).toEqual(['desk.py:15 sdk langchain', 'desk.py:17 sdk langchain']);
  });

  it('is the package, in a file of its name', async () => {
    const report = await auditOf({
      'providers/cohere.py': `import cohere
class Provider:
    def __init__(self):
        self.client = cohere.Client()
    def ask(self, q):
        return self.client.chat(message=q)
`,
    });
    expect(places(report)).toEqual(['providers/cohere.py:6 sdk cohere']);
  });

  it('is an import that may fail', async () => {
    const report = await auditOf({
      'a.py': `try:
    from ollama import Client
except ImportError:
    Client = None
def ask(q):
    client = Client()
    return client.chat(messages=q)
`,
    });
    expect(places(report)).toEqual(['a.py:7 sdk ollama']);
  });
});

const openai = 'from openai import OpenAI\nclient = OpenAI()\n';
const linesOf = async (source: string): Promise<string[]> =>
  places(await auditOf({ 'a.py': source }));

describe('tables of functions and classes', () => {
  it('are called through a key, a variable and get', async () => {
    const found = await linesOf(`${openai}def ask_a(q):
    return client.responses.create(input=q)
def count(q):
    return len(q)
model_info = {"a": {"fn": ask_a}}
others = {"a": count, "b": count, "c": ask_a}
def go(m, q):
    return model_info[m]["fn"](q)
def via(m, q):
    fn = model_info.get(m)
    return fn(q)
def no(m, q):
    return others[m](q)
`);
    expect(found).toEqual([
      'a.py:4 sdk openai',
      'a.py:10 wrapper openai',
      'a.py:13 wrapper openai',
    ]);
  });

  it('make the object that is asked', async () => {
    const found = await linesOf(`${openai}class A:
    def answer(self, q):
        return client.responses.create(input=q)
classes = {"a": A}
def go(m, q):
    bot = classes[m]()
    return bot.answer(q)
`);
    expect(found).toEqual(['a.py:5 sdk openai', 'a.py:9 wrapper openai']);
  });
});

describe('LangChain and LlamaIndex', () => {
  it('are asked by calling an object, through pipes and by what an executor gives', async () => {
    const found = await linesOf(`from langchain.llms import OpenAI
from langchain.chains.question_answering import load_qa_chain
from langchain_core.prompts import PromptTemplate
from llama_index import VectorStoreIndex
prompt = PromptTemplate("x")
llm = OpenAI()
chain = prompt | llm
def a(q):
    return llm(q)
def b(q):
    return chain.invoke(q)
class X:
    def __init__(self):
        self.qa = load_qa_chain(llm)
    def ask(self, q):
        return self.qa({"question": q})
    async def c(self, docs, q):
        index = await self.loop.run_in_executor(None, partial(VectorStoreIndex.from_documents, docs))
        return index.query(q)
`);
    expect(found).toEqual([
      'a.py:9 sdk langchain',
      'a.py:11 sdk langchain',
      'a.py:16 sdk langchain',
      'a.py:18 sdk llamaindex',
      'a.py:19 sdk llamaindex',
    ]);
  });
});

describe('a base that is not known, and a path under /api', () => {
  it('is a model’s where what is sent is', async () => {
    const found = await linesOf(`import requests
def ask(base, q):
    return requests.post(f"{base}/api/reply", json={"model": "m", "messages": q, "max_tokens": 1})
def save(base, q):
    return requests.post(f"{base}/api/reply", json={"title": q})
`);
    expect(found).toEqual(['a.py:3 http openai-compatible']);
  });
});

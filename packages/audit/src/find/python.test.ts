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

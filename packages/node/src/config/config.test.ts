import { inspect } from 'node:util';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { frozenConfig, parsePort, readEnvironment, Secret } from './index.ts';

describe('the environment', () => {
  it('is read once, checked and frozen', () => {
    const environment = readEnvironment({
      SELVEDGE_TOKEN: ' t \n',
      SELVEDGE_LOG: 'warn',
      HOME: '/x',
    });
    expect(environment).toMatchObject({ debug: false, logLevel: 'warn' });
    expect(environment.token?.reveal()).toBe('t');
    expect(Object.isFrozen(environment)).toBe(true);
  });

  it('takes an empty variable as unset, and a malformed one as an error', () => {
    expect(readEnvironment({ SELVEDGE_LOG: '', SELVEDGE_TOKEN: '' })).toEqual({ debug: false });
    expect(() => readEnvironment({ SELVEDGE_LOG: 'loud' })).toThrow('SELVEDGE_LOG is "loud"');
  });
});

describe('a secret', () => {
  it('does not show itself', () => {
    const secret = new Secret('hunter2');
    expect(
      [
        `${secret}`,
        JSON.stringify({ secret }),
        inspect({ secret }, { depth: 9, showHidden: true }),
      ].join(),
    ).not.toContain('hunter2');
  });
});

describe('a configuration', () => {
  const schema = Type.Object(
    { a: Type.Object({ n: Type.Integer() }) },
    { additionalProperties: false },
  );

  it('is frozen all the way down and apart from what it was made of', () => {
    const raw = { a: { n: 1 } };
    const config = frozenConfig(schema, raw, 'x.yaml');
    raw.a.n = 2;
    expect(config.a.n).toBe(1);
    expect(Object.isFrozen(config.a)).toBe(true);
  });

  it('with an unknown key is an error that names the file', () => {
    expect(() => frozenConfig(schema, { a: { n: 1 }, b: 1 }, 'x.yaml')).toThrow('x.yaml');
  });
});

describe('a port', () => {
  it.each(['-1', '65536', '7400x', '', '1e3'])('is not %j', (text) => {
    expect(() => parsePort(text, '--port')).toThrow('--port');
  });
  it('is a number up to 65535', () => {
    expect([parsePort('0', '--port'), parsePort('65535', '--port')]).toEqual([0, 65535]);
  });
});

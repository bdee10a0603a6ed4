import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parsePort, readEnvironment, Secret } from './index.ts';

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

describe('a port', () => {
  it.each(['-1', '65536', '7400x', '', '1e3'])('is not %j', (text) => {
    expect(() => parsePort(text, '--port')).toThrow('--port');
  });
  it('is a number up to 65535', () => {
    expect([parsePort('0', '--port'), parsePort('65535', '--port')]).toEqual([0, 65535]);
  });
});

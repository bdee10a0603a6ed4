import { describe, expect, it } from 'vitest';
import type { Io } from '../io.ts';
import { inTurn, openStory } from './story.ts';

describe('a line of the journey', () => {
  const told = (progressColumns?: number) => {
    const lines: string[] = [];
    const io = {
      progress: (text: string) => lines.push(text),
      ...(progressColumns && { progressColumns }),
    };
    openStory(io as unknown as Io)('hub')('listens on http://127.0.0.1:7400, for development');
    return lines.join('\n');
  };

  it('is one line where nobody asks for a width', () => {
    expect(told()).toBe('hub       listens on http://127.0.0.1:7400, for development');
  });

  it('breaks between words in a terminal, below its first word', () => {
    expect(told(50)).toBe('hub       listens on http://127.0.0.1:7400, for\n          development');
  });
});

describe('actors that act at once', () => {
  it('are heard one after the other, each as soon as those before it are done', () => {
    const heard: string[] = [];
    const [a, b, c] = inTurn(
      ['a', 'b', 'c'].map((name) => (text) => heard.push(`${name} ${text}`)),
    );
    c?.say('1');
    c?.done();
    b?.say('1');
    a?.say('1');
    expect(heard).toEqual(['a 1']);
    a?.done();
    expect(heard).toEqual(['a 1', 'b 1']);
    b?.say('2');
    b?.done();
    expect(heard).toEqual(['a 1', 'b 1', 'b 2', 'c 1']);
  });

  it('are heard at once when their turn is over', () => {
    const heard: string[] = [];
    const [a, b] = inTurn(['a', 'b'].map((name) => (text) => heard.push(`${name} ${text}`)));
    a?.done();
    a?.say('later');
    b?.done();
    b?.say('later');
    expect(heard).toEqual(['a later', 'b later']);
  });
});

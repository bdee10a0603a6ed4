import type { Io } from '../io.ts';
import { dim } from '../marks.ts';
import { wrapped } from '../table.ts';

/** Says one thing that happened. */
export type Say = (text: string) => void;

/** Wide enough for the longest name of an actor. */
const nameWidth = 9;

/** A terminal that is narrower than this breaks lines itself. */
const narrowest = 30;

/**
 * The journey as lines: who, then what, in a terminal broken between words. An actor that has nothing new to say is not heard twice.
 */
export function openStory(io: Io): (actor: string) => Say {
  const room = Math.max(narrowest, io.progressColumns ?? Number.POSITIVE_INFINITY) - nameWidth - 1;
  return (actor) => {
    const name = dim(actor.padEnd(nameWidth), { colour: io.progressColour });
    let last: string | undefined;
    return (text) => {
      if (text === last) return;
      last = text;
      const [first, ...more] = wrapped(text, room);
      const indent = ' '.repeat(nameWidth + 1);
      io.progress([`${name} ${first}`, ...more.map((line) => indent + line)].join('\n'));
    };
  };
}

/** An actor among others that act at the same time. */
export interface Turn {
  readonly say: Say;
  /** Lets the next one be heard. What this one says later is heard at once. */
  done(): void;
}

/** Actors that act at once, heard one after the other: what a later one says waits for its turn. */
export function inTurn(says: readonly Say[]): Turn[] {
  const actors = says.map((say) => ({ say, waiting: [] as string[], done: false }));
  let at = 0;
  const goOn = (): void => {
    for (; ; at++) {
      const actor = actors[at];
      for (const text of actor?.waiting.splice(0) ?? []) actor?.say(text);
      if (!actor?.done) return;
    }
  };
  return actors.map((actor) => ({
    say(text) {
      if (actors.indexOf(actor) <= at) actor.say(text);
      else actor.waiting.push(text);
    },
    done() {
      actor.done = true;
      goOn();
    },
  }));
}

import type { Io } from '../io.ts';
import { dim } from '../marks.ts';

/** Says one thing that happened. */
export type Say = (text: string) => void;

/** Wide enough for the longest name of an actor. */
const nameWidth = 9;

/**
 * The journey as lines: who, then what. An actor that has nothing new to say is not heard twice.
 */
export function openStory(io: Io): (actor: string) => Say {
  return (actor) => {
    const name = dim(actor.padEnd(nameWidth), { colour: io.progressColour });
    let last: string | undefined;
    return (text) => {
      if (text === last) return;
      last = text;
      io.progress(`${name} ${text}`);
    };
  };
}

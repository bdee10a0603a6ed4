import { createHash } from 'node:crypto';
import type { Condition } from '@selvedge/onnx';

/**
 * What a person read out of a source's sentences, by operator: conditions, and the first eight
 * digits of the sentence's sha256. When the source says something else, the import stops, so that
 * somebody reads it again.
 */
export type ReadNotes = Readonly<
  Record<string, readonly [hash: string, where: readonly Condition[]]>
>;

export const hashNote = (note: string): string =>
  createHash('sha256').update(note.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 8);

/** Conditions of an operator's note; an empty note has none. Collects what must be read again. */
export class NoteReader {
  readonly #notes: ReadNotes;
  readonly #unread: string[] = [];
  readonly #used = new Set<string>();

  constructor(notes: ReadNotes) {
    this.#notes = notes;
  }

  conditions(op: string, note: string): readonly Condition[] {
    if (note.trim() === '') return [];
    const [hash, where] = this.#notes[op] ?? ['', []];
    this.#used.add(op);
    if (hash !== hashNote(note)) this.#unread.push(`${op} ${hashNote(note)}: ${note}`);
    return where;
  }

  /** @throws Error naming every note that changed or is not there any more. */
  finish(): void {
    const gone = Object.keys(this.#notes).filter((op) => !this.#used.has(op));
    const problems = [
      ...this.#unread,
      ...gone.map((op) => `${op}: the source has no note any more`),
    ];
    if (problems.length > 0) throw new Error(`notes to read again:\n${problems.join('\n')}`);
  }
}

import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import {
  familySlug,
  type Installation,
  type InstallEvent,
  newInstallation,
  reduceInstall,
} from '@selvedge/core/release';
import type { FamilyName, Timestamp } from '@selvedge/core/schema';
import { makeDirectory, openJournal } from '../store/index.ts';

/**
 * One step of an installation. Each record holds the whole state that the event led to: whatever
 * line is the last that a crash left, it is a state to resume from.
 */
interface InstallRecord {
  readonly at: Timestamp;
  readonly event: InstallEvent['type'];
  readonly state: Installation;
}

/** A family's install journal: where it stands, and the only way to get it further. */
export interface InstallJournal {
  readonly state: Installation;
  /** Whether records were damaged: the state may be an earlier one than the device has reached. */
  readonly damaged: boolean;
  /**
   * Applies an event, and resolves when the new state is on the disk.
   * @throws SelvedgeError `internal` for an event that the state does not allow; `disk-full` or
   * `io-failed`, and then the state is as it was.
   */
  record(event: InstallEvent): Promise<Installation>;
  close(): Promise<void>;
}

/** The journal's records as this program writes them. */
const journalVersion = 1;
const keptRecords = 200;

/** Opens `families/<owner>.<family>/journal.jsonl` under an app's data directory. */
export async function openInstallJournal(
  dir: string,
  family: FamilyName,
  clock: () => Date,
): Promise<InstallJournal> {
  const folder = join(dir, 'families', familySlug(family));
  await makeDirectory(folder);
  const journal = await openJournal<InstallRecord>(join(folder, 'journal.jsonl'), {
    version: journalVersion,
  });
  let state = journal.records.at(-1)?.state ?? newInstallation(family);
  if (journal.records.length > keptRecords) {
    // A long journal is as good as a short one: a full disk must not keep a device from opening.
    await journal.replace(journal.records.slice(-keptRecords / 2)).catch(() => {});
  }

  return {
    damaged: journal.damaged,
    get state() {
      return state;
    },
    async record(event) {
      const next = reduceInstall(state, event);
      if ('illegal' in next) fail('internal', `install of ${family}: ${next.message}`);
      await journal.append({ at: timestamp(clock()), event: event.type, state: next });
      state = next;
      return next;
    },
    close: () => journal.close(),
  };
}

const timestamp = (date: Date): Timestamp => date.toISOString().replace(/\.\d+Z$/, 'Z');

import type { InstallerEvent } from '@selvedge/node/install';
import { beforeEach, describe, expect, it } from 'vitest';
import { agentLines } from './install-lines.ts';

let lines: string[];
let tell: ReturnType<typeof agentLines>;

beforeEach(() => {
  lines = [];
  tell = agentLines((text) => lines.push(text));
});

const reason =
  'device-fp16 takes 0.2 ms on the NPU, estimated; preferred to device-fp32 for its time (0.2 against 0.3 ms)';
const step = (event: Partial<InstallerEvent> & Pick<InstallerEvent, 'step'>) =>
  tell({
    kind: 'install',
    family: 'a/b',
    version: '1.0.0',
    variant: 'device-fp16',
    text: reason,
    ...event,
  });

describe('what a person reads of an install', () => {
  it('is the choice with its reason, and that it is committed', () => {
    step({ step: 'chosen' });
    step({ step: 'fetching', text: '35021 bytes from http://e', totalBytes: 35_021 });
    step({ step: 'fetching', text: '35021 of 35021 bytes', receivedBytes: 35_021 });
    step({ step: 'verified', text: '34297 bytes have the signed digests', receivedBytes: 35_021 });
    step({ step: 'staged', text: 'read back from the disk' });
    step({ step: 'probation', text: 'answering its golden inputs' });
    step({ step: 'committed', text: 'device-fp16 1.0.0 answers' });
    tell({ kind: 'report', text: 'the hub knows the new state' });
    expect(lines).toEqual([
      'chooses device-fp16, which takes 0.2 ms on the NPU, estimated; preferred to device-fp32 for its time (0.2 against 0.3 ms)',
      'device-fp16 1.0.0 is committed: 35.0 kB with golden document and manifest from http://e, every digest verified, golden inputs answered',
    ]);
  });

  it('does not claim that bytes came over the network which were here', () => {
    step({ step: 'fetching', text: '35021 bytes from http://e', totalBytes: 35_021 });
    step({ step: 'verified', text: '34297 bytes have the signed digests', receivedBytes: 0 });
    step({ step: 'committed' });
    expect(lines.at(-1)).toMatch(/is committed: its bytes were here, every digest verified/);
  });

  it('is nothing for polls that find nothing new', () => {
    step({ step: 'chosen' });
    step({ step: 'committed' });
    for (let poll = 0; poll < 3; poll++) step({ step: 'current' });
    expect(lines).toHaveLength(2);
  });

  it('is what the device has where an earlier run installed it', () => {
    step({ step: 'current' });
    step({ step: 'current' });
    expect(lines).toEqual([`has device-fp16 1.0.0 already, which ${reason.slice(12)}`]);
  });

  it('names the family once there is more than one', () => {
    step({ step: 'chosen' });
    step({ family: 'a/c', step: 'chosen' });
    step({ step: 'committed' });
    step({ step: 'current' });
    expect(lines.map((line) => line.slice(0, 30))).toEqual([
      'chooses device-fp16, which tak',
      'a/c: chooses device-fp16, whic',
      'a/b: device-fp16 1.0.0 is comm',
    ]);
  });

  it('is what goes wrong, and once that it is over', () => {
    step({ step: 'current' });
    step({ step: 'postponed', text: 'the hub is away' });
    step({ step: 'current' });
    step({ step: 'current' });
    tell({ kind: 'refused', code: 'trust-expired', text: 'timestamp.json expired' });
    tell({ kind: 'report', text: 'not sent: no answer' });
    expect(lines.slice(1)).toEqual([
      'device-fp16 1.0.0 postponed: the hub is away',
      'answers with device-fp16 1.0.0, and nothing is wrong any more',
      'refused (trust-expired): timestamp.json expired',
      'not sent: no answer',
    ]);
  });
});

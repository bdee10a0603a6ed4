/** What lists predict, held against where nodes were measured to go. */
import { readFileSync } from 'node:fs';
import { readModel, walkNodes } from '@selvedge/onnx';
import { describe, expect } from 'vitest';
import { noNodeTests } from '../support/onnx-node-tests.ts';
import { noSharedData } from '../support/shared-data.ts';
import { itUnless } from '../support/skip.ts';
import { fallbackScores } from './ai-hub.ts';
import { corpus } from './corpus.ts';
import { nameNodes, numberOf } from './named-nodes.ts';
import { readPlacement } from './placement-log.ts';
import { runtimes } from './runtimes.ts';
import { precision, recall, unknownShare } from './score.ts';
import { placementTable, scoresOf } from './table.ts';
import { readTruth } from './truth.ts';

const absent = noSharedData || (noNodeTests && 'the node tests are absent');
const goals: Readonly<Record<string, number>> = { cpu: 0.98, webgpu: 0.95, webnn: 0.95 };

describe('predicted placement', () => {
  itUnless(absent).each(runtimes.map((runtime) => [runtime.name, runtime] as const))(
    'is right about %s as often as it should be',
    (_, runtime) => {
      const { all, varied, further } = scoresOf(runtime);
      const goal = goals[runtime.provider]!;
      for (const score of [all, varied, further]) {
        if (!score) continue;
        expect(precision(score)).toBeGreaterThanOrEqual(goal);
        expect(recall(score)).toBeGreaterThanOrEqual(goal);
        expect(unknownShare(score)).toBeLessThanOrEqual(0.05);
      }
    },
    60_000,
  );

  itUnless(absent)(
    "tells which of AI Hub's quantised models fall back, of models it knows not",
    () => {
      const { quantised, heldOut } = fallbackScores();
      expect(precision(quantised)).toBeGreaterThanOrEqual(0.95);
      expect(recall(heldOut)).toBeGreaterThanOrEqual(0.85);
      expect(precision(heldOut)).toBeGreaterThanOrEqual(0.75);
    },
  );

  itUnless(absent)('stands in docs/placement.md as it is', () => {
    const file = new URL('../../docs/placement.md', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(placementTable());
  });

  itUnless(absent)('was measured on every model and node test', () => {
    const names = [...corpus()].map(({ name }) => name);
    for (const { id } of runtimes) expect(Object.keys(readTruth(id).cases)).toEqual(names);
  });
});

describe('the reading of placements', () => {
  itUnless(absent)('names nodes by their place in walkNodes, subgraphs and functions too', () => {
    for (const { model } of corpus()) {
      const nodes = [...walkNodes(readModel(nameNodes(readModel(model))))];
      expect(nodes.map(({ node }) => numberOf(node.name ?? ''))).toEqual([...nodes.keys()]);
    }
  });

  itUnless(false)('takes apart what a log says of named, added and compiled nodes', () => {
    const at = '[V:onnxruntime:, session_state.cc:1 VerifyEachNodeIsAssignedToAnEp]';
    const log = `x [V:onnxruntime:, helper.cc:1 GetSupportedNodes] Operator type: [Add] index: [0] name: [p3] supported: [1]
x ${at} Node placements
x ${at}  Node(s) placed on [WebNNExecutionProvider]. Number of nodes: 2
x ${at}   WEBNN_49_2 (WebNNExecutionProvider_WEBNN_49_2_0)
x ${at}   MemcpyFromHost (Memcpy)
x ${at}  Node(s) placed on [CPUExecutionProvider]. Number of nodes: 2
x ${at}   Loop (p0)
x ${at}   Max ()`;
    expect(readPlacement(log)).toEqual({
      initialised: false,
      placed: new Map([[0, 'CPUExecutionProvider']]),
      added: new Set(['CPUExecutionProvider']),
      asked: new Map([[3, true]]),
    });
  });
});

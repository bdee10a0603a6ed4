/** Read out of the remarks in RKNNToolKit2_OP_Support. */
import type { Condition } from '@selvedge/onnx';
import type { ReadNotes } from '../notes.ts';

const batch1: Condition = { size: 0, axis: 0, is: { in: [1] } };

export const rknpu: ReadNotes = {
  EyeLike: ['ac3d55d7', [{ constant: 0 }]],
  GRU: ['8ed9f0fb', [{ size: 0, axis: 1, is: { in: [1] } }]],
  If: ['ac3d55d7', [{ constant: 0 }]],
  LogSoftmax: ['8ed9f0fb', [batch1]],
  Resize: [
    'e27062b7',
    [
      { rank: 0, is: { in: [4] } },
      { attr: 'mode', is: { in: ['nearest', 'linear'] } },
    ],
  ],
  RoiAlign: ['3e5d53c6', [batch1, { attr: 'mode', is: { in: ['avg'] } }]],
  Slice: ['8ed9f0fb', [batch1]],
  Softmax: ['8ed9f0fb', [batch1]],
  Tile: ['fed3edc4', [batch1]],
};

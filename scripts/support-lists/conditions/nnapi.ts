/** Read out of the notes in nnapi_supported_ops.md. */
import type { Condition } from '@selvedge/onnx';
import type { ReadNotes } from '../notes.ts';

const constants = (...inputs: number[]): Condition[] => inputs.map((constant) => ({ constant }));
const twoD: Condition = { rank: 0, is: { in: [4] } };

export const nnapi: ReadNotes = {
  AveragePool: ['922e6432', [twoD]],
  Conv: ['34da33c2', [twoD, ...constants(1, 2)]],
  DepthToSpace: ['53d2b5ea', [{ attr: 'mode', is: { in: ['DCR'] } }]],
  DequantizeLinear: ['07c04118', constants(1, 2)],
  Gather: ['d985f962', [{ any: [{ constant: 1 }, { type: 1, in: ['int32'] }] }]],
  Gemm: [
    'ae87ea18',
    [{ any: [{ constant: 1 }, { attr: 'transB', is: { in: [1] }, otherwise: 0 }] }],
  ],
  GlobalAveragePool: ['922e6432', [twoD]],
  GlobalMaxPool: ['922e6432', [twoD]],
  MaxPool: ['922e6432', [twoD]],
  Pad: [
    '9b936208',
    [{ attr: 'mode', is: { in: ['constant'] } }, ...constants(1, 2), { value: 1, is: { min: 0 } }],
  ],
  QLinearConv: ['c0609dc6', [twoD, ...constants(1, 2, 3, 4, 5, 6, 7, 8)]],
  QLinearMatMul: ['07c04118', constants(1, 2, 4, 5, 6, 7)],
  QuantizeLinear: ['07c04118', constants(1, 2)],
  Resize: ['5d2caab2', [twoD, ...constants(2, 3)]],
  Split: ['61ff99f7', constants(1)],
  Squeeze: ['4a2117aa', constants(1)],
  Unsqueeze: ['4a2117aa', constants(1)],
  'com.microsoft:QLinearAdd': ['07c04118', constants(1, 2, 4, 5, 6, 7)],
  'com.microsoft:QLinearAveragePool': ['34822c97', [twoD, ...constants(1, 2, 3, 4)]],
  'com.microsoft:QLinearSigmoid': ['07c04118', constants(1, 2, 3, 4)],
};

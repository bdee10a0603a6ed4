/** Read out of the limitations that the Edge TPU's table of operators states. */
import type { ReadNotes } from '../notes.ts';

export const edgetpu: ReadNotes = {
  averagepool2d: ['076a5193', []],
  concatenation: ['3dcb9192', []],
  fullyconnected: ['45ec3337', []],
  maxpool2d: ['076a5193', []],
  mean: ['0d8dd25d', []],
  pad: ['76d33971', []],
  resizebilinear: ['7e1520ba', []],
  resizenearestneighbor: ['7e1520ba', []],
  softmax: ['7873a7d6', [{ elements: 0, is: { max: 16000 } }]],
  squeeze: ['b949b727', []],
  stridedslice: ['bc2ace61', []],
};

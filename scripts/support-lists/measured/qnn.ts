/** What AI Hub's published latencies show of ONNX Runtime with QNN on the NPU. */
import type { Correction } from './correction.ts';

/**
 * In quantised models two layers are left on the CPU for each product of a tensor of three or more
 * dimensions with stored weights (the product and its bias): 72 of ViT and of ConvNeXt, 76 of
 * DistilBERT, 8 of EfficientFormer. ViT's products of two dimensions run on the NPU, and so do all
 * of them in floating point. The builder at the commit of the list is the same in that.
 */
export const qnn: readonly Correction[] = [
  {
    op: 'MatMul',
    evidence:
      'measured: AI Hub Models v0.46.1, layers on the CPU of vit, convnext_tiny, distil_bert_base_uncased_hf and efficientformer as w8a16 with ONNX Runtime 1.23.0, QAIRT 2.37.1',
    where: [
      {
        any: [
          { rank: { output: 0 }, is: { max: 2 } },
          { not: { quantised: 1 } },
          { not: { constant: 1 } },
        ],
      },
    ],
  },
];

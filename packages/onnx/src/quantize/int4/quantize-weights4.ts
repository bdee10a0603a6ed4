import { mapGraphs } from '../../graph/map-graphs.ts';
import { opsetVersion } from '../../graph/walk.ts';
import { raiseTo21 } from '../../opset/raise-to-21.ts';
import { withoutListedInitializers } from '../../pass/constants.ts';
import { atLeastIr, importDomain } from '../../pass/import-domain.ts';
import { NamePool } from '../../pass/name-pool.ts';
import { repeatedInitializer } from '../../pass/repeated-initializer.ts';
import { Replacements } from '../../pass/replacements.ts';
import { type PassResult, Report, skipped } from '../../pass/report.ts';
import { settleWeights } from '../../pass/settle-weights.ts';
import { readTable, type Table } from '../../pass/table.ts';
import { withoutTraces } from '../../pass/without-traces.ts';
import { inferValues } from '../../shape/infer.ts';
import { dataTypes } from '../../tensor/data-type.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';
import { storePalettes } from '../stored-palettes.ts';
import { type Form4, GraphWeights4, type Stored } from './graph-weights4.ts';
import type { Weights4Options } from './options.ts';
import { WeightMoments } from './weight-moments.ts';
import { readWeights4, type Weights4 } from './weights4.ts';

/**
 * Stores the weights of MatMul, Gemm, Conv, ConvTranspose and recurrent layers, and the tables of
 * Gather, in 4 bits with a scale per block; what is computed stays float32. Whoever runs the model
 * needs an eighth of the memory traffic for its weights.
 *
 * With `moments` of the layers' inputs each layer is rounded so that its errors cancel in its
 * output (see `roundCompensated`); without them each block's scale is searched.
 *
 * @throws SelvedgeError `bad-model` where a tensor does not hold what its shape says.
 */
export function quantizeWeights4(model: Model, options: Weights4Options = {}): PassResult {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const { form = 'matmulnbits', minWeights = 512, keepNodes = [] } = options;
  const raised = form === 'qdq' ? raiseTo21(withoutListedInitializers(model)) : model;
  if ('reason' in raised) return skipped(model, raised.reason);
  const opset = opsetVersion(raised);
  if (opset === undefined) return skipped(model, 'it has no operators of the default domain');
  const plain = settleWeights(withoutListedInitializers(raised), { mayGrow: true });
  const [report, names, stored] = [new Report(), new NamePool(plain), new Replacements<Stored>()];
  const inference = inferValues(plain);
  const forms: Form4 = {
    ...options,
    form,
    hasStandard: opset >= 21,
    symmetric: options.symmetric ?? form === 'qdq',
    seen: new WeightMoments(plain, options.moments ?? new Map()),
  };
  const quantized = mapGraphs(plain, (graph, scope) => {
    const found = new Map<NodeProto, readonly Weights4[] | Table>();
    for (const node of graph.node) {
      const isKept = keepNodes.some((kept) => kept === node.name || kept === node.output[0]);
      const read = isKept
        ? 'asked for'
        : node.opType === 'Gather' && form === 'matmulnbits'
          ? readTable(node, scope, minWeights)
          : readWeights4(node, scope, minWeights, inference);
      if (typeof read === 'string') report.leave(node, read);
      else if (read) {
        found.set(node, read);
        report.change(node);
      }
    }
    const changed =
      found.size === 0 ? graph : new GraphWeights4(graph, scope, names, stored, forms, found).run();
    return stored.finish(changed, scope);
  });
  return report.finish(
    model,
    withoutTraces(storePalettes(finish(quantized))),
    'no weights to store in 4 bits',
    () => true,
  );
}

/** Imports what the new nodes and tensors need. */
function finish(model: Model): Model {
  let finished = model;
  const look = (graph: GraphProto): GraphProto => {
    if (graph.node.some(({ domain }) => domain === 'com.microsoft'))
      finished = importDomain(finished, 'com.microsoft', 1);
    if (graph.initializer.some(({ dataType }) => isNibble(dataType)))
      finished = atLeastIr(finished, 10);
    return graph;
  };
  mapGraphs(model, look);
  return finished;
}

const isNibble = (type: number | undefined): boolean =>
  type === dataTypes.int4 || type === dataTypes.uint4;

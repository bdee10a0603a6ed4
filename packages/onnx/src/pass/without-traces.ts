import { mapGraphs, mapList } from '../graph/map-graphs.ts';
import { edit } from '../wire/message.ts';
import type {
  GraphProto,
  NodeProto,
  StringStringEntryProto,
  ValueInfoProto,
} from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/**
 * A model without what its exporter noted for whoever looks for a fault in it: where in the Python
 * source each node comes from (PyTorch's stack traces, a sixth of a small quantised transformer), from
 * which modules, by which rule. Nothing that runs a model reads it, and it tells paths of the
 * author's machine. Notes of other keys stay.
 */
export function withoutTraces(model: Model): Model {
  return mapGraphs(model, withoutGraphTraces);
}

function withoutGraphTraces(graph: GraphProto): GraphProto {
  const node = mapList(graph.node, withoutNodeTraces);
  const valueInfo = mapList(graph.valueInfo, withoutValueTraces);
  const metadataProps = withoutTraceNotes(graph);
  const isSame =
    node === graph.node && valueInfo === graph.valueInfo && metadataProps === graph.metadataProps;
  return isSame ? graph : edit(graph, { node, valueInfo, metadataProps });
}

/** Exporters without notes put the stack trace into the node's description. */
function withoutNodeTraces(node: NodeProto): NodeProto {
  const metadataProps = withoutTraceNotes(node);
  if (metadataProps === node.metadataProps && !node.docString) return node;
  return edit(node, { metadataProps, docString: undefined });
}

function withoutValueTraces(value: ValueInfoProto): ValueInfoProto {
  const metadataProps = withoutTraceNotes(value);
  return metadataProps === value.metadataProps ? value : edit(value, { metadataProps });
}

interface Noted {
  readonly metadataProps: readonly StringStringEntryProto[];
}

const withoutTraceNotes = ({ metadataProps }: Noted): readonly StringStringEntryProto[] =>
  metadataProps.some(isTrace) ? metadataProps.filter((note) => !isTrace(note)) : metadataProps;

/** As torch.onnx and onnxscript name them. */
const isTrace = ({ key = '' }: StringStringEntryProto): boolean =>
  key === 'namespace' || /^pkg\.(torch|onnxscript)\./.test(key);

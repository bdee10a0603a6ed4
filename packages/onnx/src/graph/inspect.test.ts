import { describe, expect, it } from 'vitest';
import { nodeTestModels, sharedModels } from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder, makeModel, makeNode, makeTensor, makeValueInfo } from '../build/index.ts';
import { edit, make, readModel } from '../wire/index.ts';
import { inspectModel } from './inspect.ts';

describe('what a model is', () => {
  it('lists operators, parameters, inputs and outputs, and counts what subgraphs hold', () => {
    const branch = (value: number) =>
      make('GraphProto', {
        name: 'branch',
        node: [makeNode('Add', ['x', `c${value}`], [`y${value}`])],
        initializer: [makeTensor(`c${value}`, [2], Float32Array.of(value, value))],
        output: [makeValueInfo(`y${value}`, 'float32', [2])],
      });
    const node = makeNode('If', ['condition'], ['y'], {
      then_branch: { graph: branch(1) },
      else_branch: { graph: branch(2) },
    });
    const model = makeModel(
      make('GraphProto', {
        name: 'choice',
        node: [node, makeNode('FusedThing', ['y'], ['z'], {}, { domain: 'com.example' })],
        initializer: [makeTensor('unused', [3], new Float32Array(3))],
        input: [
          makeValueInfo('condition', 'bool', []),
          makeValueInfo('x', 'float32', ['n', null, 2]),
          makeValueInfo('unused', 'float32', [3]),
        ],
        output: [makeValueInfo('z', 'float16', [2])],
      }),
      { opset: 17, domains: { 'com.example': 3 } },
    );
    expect(inspectModel(model)).toEqual({
      nodes: 4,
      ops: { Add: 2, 'com.example:FusedThing': 1, If: 1 },
      parameters: 7,
      parametersOf: { float32: 7 },
      inputs: [
        { name: 'condition', type: 'bool', shape: [] },
        { name: 'x', type: 'float32', shape: ['n', null, 2] },
      ],
      outputs: [{ name: 'z', type: 'float16', shape: [2] }],
      unranked: [],
      others: [],
      opset: 17,
      opsets: { '': 17, 'com.example': 3 },
      irVersion: 10,
      producer: 'selvedge',
      external: [],
    });
  });

  it('infers the shape of an output that declares none, and tells unknown rank from a scalar', () => {
    const g = graphBuilder('open', { opset: 17, domains: { 'com.example': 1 } });
    const x = g.input('x', 'float32', ['n', 3]);
    g.node('Neg', [x], {}, 'y');
    g.node('ReduceSum', [x], { keepdims: 0 }, 's');
    for (const name of ['y', 's']) g.output(name, 'float32');
    const model = g.build();
    const strange = makeNode('Mystery', ['x'], ['u'], {}, { domain: 'com.example' });
    const graph = edit(model.graph, {
      node: [...model.graph.node, strange],
      output: [...model.graph.output, makeValueInfo('u', 'float32')],
    });
    const { outputs, unranked } = inspectModel(edit(model, { graph }));
    expect(outputs.map(({ shape }) => shape)).toEqual([['n', 3], [], []]);
    expect(unranked).toEqual(['u']);
  });

  it('says in words what is no tensor', () => {
    const g = graphBuilder('maps');
    g.input('x', 'float32', [1]);
    const { graph } = g.build();
    const mapType = make('MapTypeProto', {
      keyType: 7,
      valueType: make('TypeProto', { tensorType: make('TensorTypeProto', { elemType: 1 }) }),
    });
    const elemType = make('TypeProto', { mapType });
    const type = make('TypeProto', { sequenceType: make('ElementTypeProto', { elemType }) });
    const output = [make('ValueInfoProto', { name: 'probabilities', type })];
    expect(inspectModel(makeModel(edit(graph, { output }))).others).toEqual([
      { name: 'probabilities', direction: 'output', type: 'sequence(map(int64, tensor(float32)))' },
    ]);
  });

  itUnless(noSharedData)('agrees with what is known of the shared models', () => {
    const facts = Object.fromEntries(
      sharedModels.map(({ name, bytes }) => [name, inspectModel(readModel(bytes(), { name }))]),
    );
    expect(facts['mnist-8.onnx']).toMatchObject({
      nodes: 12,
      parameters: 5998,
      opset: 8,
      inputs: [{ name: 'Input3', type: 'float32', shape: [1, 1, 28, 28] }],
      outputs: [{ name: 'Plus214_Output_0', type: 'float32', shape: [1, 10] }],
    });
    expect(facts['silero-vad-v6.2.onnx']!.ops).toMatchObject({ If: 25, LSTM: 4, Conv: 12 });
    expect(facts['xgboost-regressor.onnx']).toMatchObject({ nodes: 1, opset: 1 });
  });

  itUnless(noSharedData)('can be told of every one of ONNX’s node tests', () => {
    for (const { name, bytes } of nodeTestModels()) {
      expect(inspectModel(readModel(bytes, { name })).nodes).toBeGreaterThan(0);
    }
  });
});

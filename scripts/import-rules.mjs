/**
 * Which way imports go: apps → forge, node → engines → infer, onnx → core, and no cycles.
 * `tests/conformance/imports.test.ts` shows that these rules can fail.
 */
const room = (name) => `^(packages|apps|examples)/${name}/`;
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: room(from), pathNot: '\\.(test|bench)\\.tsx?$' },
  to: { path: '^(packages|apps|examples)/', pathNot: [from, ...allowed].map(room).join('|') },
});

const belowApps = ['core', 'onnx', 'infer', 'engines', 'forge', 'audit', 'node'];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$' },
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('core-is-the-bottom', 'core', []),
    only('onnx-on-core', 'onnx', ['core']),
    only('infer-on-core', 'infer', ['core']),
    only('engines-on-infer', 'engines', ['core', 'onnx', 'infer']),
    only('node-on-engines', 'node', ['core', 'onnx', 'infer', 'engines']),
    only('forge-on-engines', 'forge', ['core', 'onnx', 'infer', 'engines']),
    only('audit-on-core', 'audit', ['core']),
    only('examples-on-forge', 'glyphs', ['core', 'onnx', 'infer', 'engines', 'forge']),
    only('apps-do-not-import-each-other', 'hub', [...belowApps, 'console']),
    only('apps-do-not-import-each-other', 'edge', belowApps),
    only('apps-do-not-import-each-other', 'agent', belowApps),
    only('console-on-core', 'console', ['core']),
    {
      name: 'portable-rooms-touch-no-platform',
      severity: 'error',
      from: { path: '^packages/(core|onnx|infer)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-imports-only-its-schema-library',
      severity: 'error',
      from: { path: '^packages/core/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'],
        pathNot: 'node_modules/typebox/',
      },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      from: { pathNot: '\\.(test|bench|fixture)\\.tsx?$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '\\.(test|bench)\\.tsx?$' },
      to: { path: '\\.(test|bench)\\.tsx?$' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|\\.d\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
    combinedDependencies: false,
  },
};

/** ONNX bytes to graph to bytes. Pure: runs in browsers, workers and Node alike. */
export * from './build/index.ts';
export * from './compress/index.ts';
export * from './cost/index.ts';
export * from './float16/index.ts';
export * from './fold/index.ts';
export * from './graph/index.ts';
export * from './partition/index.ts';
export * from './pass/index.ts';
export * from './quantize/index.ts';
export * from './shape/index.ts';
export * from './support/index.ts';
export * from './tensor/index.ts';
export * from './wire/index.ts';

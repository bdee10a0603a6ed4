export { type GraphBuilder, type GraphBuilderOptions, graphBuilder } from './graph-builder.ts';
export {
  type Attributes,
  type AttributeValue,
  attributeTypes,
  type FloatAttribute,
  float,
  makeAttribute,
  makeModel,
  makeNode,
  makeTensor,
  makeValueInfo,
  type Shape,
  type TensorSource,
} from './make.ts';

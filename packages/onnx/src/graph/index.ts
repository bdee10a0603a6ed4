export {
  attribute,
  floatAttribute,
  intAttribute,
  intsAttribute,
  isDefaultDomain,
  operatorName,
  subgraphs,
  tensorAttribute,
  textAttribute,
} from './attribute.ts';
export { exposeValues } from './expose.ts';
export {
  attachExternal,
  type ExternalReference,
  externalReferences,
  linkExternal,
} from './external.ts';
export { detachExternal, type ExternalData, referExternal } from './external-write.ts';
export { type GraphIndex, indexGraph } from './graph-index.ts';
export { inspectModel, type ModelFacts } from './inspect.ts';
export { type GraphPass, mapGraphs } from './map-graphs.ts';
export {
  constantTensor,
  definedNames,
  freeNames,
  opsetVersion,
  type Scope,
  scopes,
  storedTensors,
  walkNodes,
} from './walk.ts';

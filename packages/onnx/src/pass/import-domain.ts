import { edit, make } from '../wire/message.ts';
import type { Model } from '../wire/model.ts';

/** The model with an operator domain imported; as it is where it has the domain already. */
export function importDomain(model: Model, domain: string, version: number): Model {
  if (model.opsetImport.some((entry) => entry.domain === domain)) return model;
  const entry = make('OperatorSetIdProto', { domain, version });
  return edit(model, { opsetImport: [...model.opsetImport, entry] });
}

/** The model with at least this IR version, which new element types need (onnx.proto, Version). */
export const atLeastIr = (model: Model, irVersion: number): Model =>
  Number(model.irVersion) >= irVersion ? model : edit(model, { irVersion });

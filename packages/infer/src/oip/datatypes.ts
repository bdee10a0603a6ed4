import { type ElementType, nearest } from '@selvedge/core/schema';

/** The Open Inference Protocol's datatype names (v2, "Tensor Data Types"). */
const datatypes: Readonly<Record<ElementType, string>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  bfloat16: 'BF16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};

const elementTypes = new Map(
  Object.entries(datatypes).map(([type, datatype]) => [datatype, type as ElementType]),
);

export const toDatatype = (type: ElementType): string => datatypes[type];

/** Undefined for a name the protocol does not have. */
export const fromDatatype = (datatype: unknown): ElementType | undefined =>
  typeof datatype === 'string' ? elementTypes.get(datatype) : undefined;

/** What to write instead of a name the protocol does not have: `did you mean "FP32"?` */
export function datatypeHint(datatype: unknown): string {
  const known = Object.values(datatypes);
  const word = String(datatype);
  const meant = Object.hasOwn(datatypes, word.toLowerCase())
    ? datatypes[word.toLowerCase() as ElementType]
    : nearest(word.toUpperCase(), known);
  return meant === undefined ? `one of ${known.join(', ')}` : `did you mean "${meant}"?`;
}

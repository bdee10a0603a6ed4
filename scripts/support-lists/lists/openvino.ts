import type { Condition, SupportRule } from '@selvedge/onnx';
import { textOf } from '../read-source.ts';
import type { Schemas } from '../schemas.ts';
import { sortTypes, typeNamed } from '../types.ts';
import { unchanged } from '../unchanged.ts';
import { type Made, type Material, withConditions } from './material.ts';

/** What `populate_op_mode_supported` refuses, as read in data_ops.cc. */
const conditions: Readonly<Record<string, readonly Condition[]>> = {
  ReduceMax: [{ not: { type: 0, in: ['int8', 'uint8'] } }],
  Reshape: [{ size: 1, is: { min: 1 } }],
  Resize: [
    {
      attr: 'coordinate_transformation_mode',
      is: { not: ['tf_crop_and_resize', 'half_pixel_symmetric'] },
    },
    { attr: 'exclude_outside', is: { not: [1] } },
    {
      any: [
        { attr: 'antialias', is: { not: [1] } },
        { attr: 'mode', is: { in: ['nearest'] }, otherwise: 'nearest' },
      ],
    },
  ],
  Upsample: [{ type: 0, in: ['float32', 'int8', 'float16'] }],
};

const dataOps = 'onnxruntime/core/providers/openvino/ov_versions/data_ops.cc';

const pools: readonly Condition[] = [{ rank: 0, is: { in: [4, 5] } }];

/**
 * OpenVINO's provider on an NPU. The provider asks its list for the CPU where the device is an NPU
 * (`GetCapability::Execute`); what the NPU's compiler then refuses, no list tells.
 */
export function openvino({ sources, schemasOf }: Material): Made {
  unchanged(sources[0]!, { [dataOps]: '90f71f93' });
  const text = textOf(sources[0]!);
  const table = /supported_op_mode = \{([\s\S]*?)\n\};/.exec(text)?.[1] ?? text;
  const rows = [...table.matchAll(/^\s*\{"(\w+)", V_\d+_\d+, \{([^}]*)\}\}/gm)];
  const ops = new Set(
    rows.filter((row) => /"(?:CPU|NPU|All)"/.test(row[2] ?? '')).map((row) => row[1]!),
  );
  const types = [
    ...text.matchAll(
      /supported_types_cpu_\.insert\(\s*std::make_pair\(V_\w+, [\w:]*TensorProto_DataType_(\w+)\)/g,
    ),
  ];
  const known = sortTypes(
    types.map((match) => typeNamed(match[1]!)).filter((type) => type !== undefined),
  );
  const rules = [...ops].map((name): SupportRule => {
    const op = qualified(canonical(name), schemasOf('')!);
    const where = conditions[name] ?? (/Pool$/.test(name) && !/^Global/.test(name) ? pools : []);
    return withConditions({ id: op, op, inputs: [known], outputs: [known] }, where);
  });
  const versions = [...text.matchAll(/V_(\d{4})_(\d+)/g)].map((match) => `${match[1]}.${match[2]}`);
  return {
    provider: 'openvino',
    version: versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0] ?? '',
    about: "ONNX Runtime's OpenVINO provider on an NPU",
    types: 'values',
    subgraphs: 'whole',
    // The NPU's compiler takes no free dimensions (OpenVINO, "NPU Device", limitations).
    always: [{ fixed: 'values' }],
    unlisted: 'unsupported',
    rules,
  };
}

/** The source writes some names in other letters than ONNX. */
const canonical = (name: string): string =>
  ({ HardMax: 'Hardmax', LogSoftMax: 'LogSoftmax' })[name] ?? name;

const qualified = (name: string, schemas: Schemas): string =>
  schemas.has(name) || name === 'SimplifiedLayerNormalization' ? name : `com.microsoft:${name}`;

import { basename } from 'node:path';
import { formatBytes } from '@selvedge/core/units';
import type { MadeVariant } from '../provenance/index.ts';
import type { BuildReport, SourceWeights } from '../report/index.ts';
import { dataSets } from './data-sets.ts';
import { property, sha256 } from './fields.ts';
import { modelCard } from './model-card.ts';
import { uuidOf } from './uuid.ts';

export interface BomOptions {
  /** When the build was made; absent where the same variant shall give the same bytes. */
  readonly timestamp?: string | undefined;
}

/**
 * A variant's machine-learning bill of materials, CycloneDX 1.7 (ECMA-424): the model with its
 * hashes, licence and model card, the model that it was made from, the data sets that it was
 * calibrated and measured on, and the tools. The serial number follows from the rest.
 */
export function mlBomOf(
  report: BuildReport,
  variant: MadeVariant,
  { timestamp }: BomOptions = {},
): object {
  const source = sourceOf(report, variant);
  const data = dataSets(report);
  const component = {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    group: report.family.split('/')[0],
    name: `${report.family.split('/')[1]}-${variant.id}`,
    version: report.version,
    ...(report.description !== undefined && { description: report.description }),
    hashes: sha256(variant.digest),
    ...licences(report),
    pedigree: { ancestors: [source], notes: madeHow(report, variant) },
    ...(variant.data && { components: variant.data.map(weights) }),
    modelCard: modelCard(report, variant, data),
    properties: propertiesOf(variant),
  };
  const metadata = {
    lifecycles: [{ phase: 'build' }],
    tools: { components: tools(report) },
    component,
  };
  const content = {
    metadata,
    components: data,
    dependencies: [{ ref: 'model' }, ...data.map((set) => ({ ref: set['bom-ref'] }))],
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
    metadata: { ...(timestamp !== undefined && { timestamp }), ...metadata },
  };
}

/** The blueprint's licence is an SPDX expression. */
const licences = ({ licence }: BuildReport) =>
  licence === undefined ? {} : { licenses: [{ expression: licence }] };

function sourceOf(report: BuildReport, { tier }: MadeVariant) {
  const { file, digest, parameters, nodes, data } = report.sources[tier] ?? report.model;
  return {
    type: 'machine-learning-model',
    'bom-ref': 'source',
    name: basename(file),
    hashes: sha256(digest),
    ...(data && { components: data.map(weights) }),
    properties: [property('parameters', parameters), property('operators', nodes)],
  };
}

const weights = ({ location, digest, bytes }: SourceWeights) => ({
  type: 'file',
  name: location,
  hashes: sha256(digest),
  properties: [property('bytes', bytes)],
});

function tools({ toolchain }: BuildReport) {
  const { selvedge, engine, node } = toolchain;
  return [
    { type: 'application', name: 'selvedge', version: selvedge },
    { type: 'application', name: engine.name, version: engine.version },
    { type: 'platform', name: 'node', version: node },
  ];
}

function madeHow({ calibration }: BuildReport, { precision, bytes }: MadeVariant): string {
  const learned = calibration ? `, calibrated on ${calibration.samples} samples` : '';
  return `${precision}, ${formatBytes(bytes ?? 0)}${learned}`;
}

const propertiesOf = ({ id, tier, precision, engine, opset, status, bytes }: MadeVariant) => [
  property('variant', id),
  property('tier', tier),
  property('precision', precision),
  property('engine', engine),
  ...(opset === null ? [] : [property('opset', opset)]),
  property('status', status),
  ...(bytes === null ? [] : [property('bytes', bytes)]),
];

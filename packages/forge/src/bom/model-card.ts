import type { Quality } from '@selvedge/core/release';
import type { TensorSpec } from '@selvedge/core/schema';
import type { MadeVariant } from '../provenance/index.ts';
import { type BuildReport, disturbedTiming } from '../report/index.ts';
import type { DataSetComponent } from './data-sets.ts';

/**
 * The model card of a variant: what it takes and gives, the quality that was measured with its
 * interval, and what is known to stand against it.
 */
export function modelCard(
  report: BuildReport,
  variant: MadeVariant,
  data: readonly DataSetComponent[],
): object {
  const { quality } = variant;
  return {
    modelParameters: {
      ...(data.length > 0 && { datasets: data.map((set) => ({ ref: set['bom-ref'] })) }),
      inputs: report.inputs.map(inWords),
      outputs: report.outputs.map(inWords),
    },
    ...(quality && { quantitativeAnalysis: { performanceMetrics: metrics(quality) } }),
    considerations: considerations(report, variant),
  };
}

const inWords = ({ name, type, shape }: TensorSpec) => ({
  format: `${name}: ${type} [${shape.map((side) => side ?? '?').join(', ')}]`,
});

/** The interval is of the paired difference to the unconverted model: it stands with the drop. */
function metrics({ metric, value, reference, drop, interval }: Quality): object[] {
  const slice = 'evaluation';
  return [
    { type: metric, value: String(value), slice },
    ...(reference === null
      ? []
      : [{ type: `${metric} of the source model`, value: String(reference), slice }]),
    ...(drop === null
      ? []
      : [
          {
            type: `${metric} lost to the source model`,
            value: String(drop),
            slice,
            ...(interval && {
              confidenceInterval: {
                lowerBound: String(interval[0]),
                upperBound: String(interval[1]),
              },
            }),
          },
        ]),
  ];
}

function considerations({ evaluation }: BuildReport, variant: MadeVariant): object {
  const { fallbacks = [], targets } = variant;
  // What was timed differs from build to build, and is no part of what is said here.
  const { status, reason } = variant.bar ?? variant;
  const warnings = variant.warnings.filter((warning) => warning !== disturbedTiming);
  const left = fallbacks
    .filter(({ verdict }) => verdict !== 'full')
    .map(({ target, reason: why }) => `${target}: ${why}`);
  const measured = evaluation
    ? `Quality was measured on ${evaluation.samples} samples: ${status}, ${reason}`
    : `Quality was not measured: ${reason}`;
  return {
    ...(targets.length > 0 && { useCases: targets.map((target) => `inference on ${target}`) }),
    technicalLimitations: [...warnings, ...left],
    performanceTradeoffs: [measured],
  };
}

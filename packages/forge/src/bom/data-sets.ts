import { basename } from 'node:path';
import type { BuildReport } from '../report/index.ts';
import { property, sha256 } from './fields.ts';

/** A data set that the model was made or measured with. */
export interface DataSetComponent {
  readonly 'bom-ref': string;
}

/** Digests of data sets are over the names and contents of their files. */
export function dataSets({ calibration, evaluation }: BuildReport): DataSetComponent[] {
  const component = (role: string, set: BuildReport['evaluation'] | undefined) =>
    set
      ? [
          {
            type: 'data',
            'bom-ref': role,
            name: basename(set.path),
            description: `${role} data set, ${set.samples} samples`,
            hashes: sha256(set.digest),
            properties: [property('digest-of', 'names and contents of files')],
            data: [{ type: 'dataset', name: basename(set.path) }],
          },
        ]
      : [];
  return [...component('calibration', calibration), ...component('evaluation', evaluation)];
}

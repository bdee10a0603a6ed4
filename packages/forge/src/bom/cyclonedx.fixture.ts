/** The published CycloneDX 1.7 schema, as a judge of bills of materials. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

const require = createRequire(import.meta.url);
const formats2019: unknown = require('ajv-formats-draft2019');

const schemas = join(
  dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
);

/** Gives what is wrong with a document by the schema and the two that it refers to. */
export function cycloneDx(): (bom: unknown) => readonly object[] {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  // Both are CommonJS: what is imported is the module or its default export.
  for (const plugin of [formats, formats2019] as unknown[]) {
    const add = (plugin as { default?: unknown }).default ?? plugin;
    (add as (target: Ajv) => void)(ajv);
  }
  for (const name of ['jsf-0.82', 'spdx', 'cryptography-defs']) {
    const { $id: _, ...schema } = read(name);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  const validate = ajv.compile(read('bom-1.7'));
  return (bom) => {
    validate(bom);
    return validate.errors ?? [];
  };
}

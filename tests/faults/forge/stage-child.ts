/** Stages a build of the text given into the directory given, and exits 3 where that fails. */
import { openStaging } from '../../../packages/forge/src/build/staging.ts';

const [out = '', text = ''] = process.argv.slice(2);
const variants = [{ file: 'variants/a.onnx' }, { file: `variants/${text}` }];
const report = { kind: 'BuildReport', variants, policy: { file: 'policy.yaml' } };
const staging = await openStaging(out);
try {
  for (const file of ['variants/a.onnx', 'report.md', 'report.html', `variants/${text}`])
    await staging.write(file, text);
  await staging.write('report.json', JSON.stringify(report));
  if (text === 'new') await staging.write('policy.yaml', text);
  await staging.finish();
} catch {
  await staging.discard();
  process.exitCode = 3;
}

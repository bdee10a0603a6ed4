/** `node agent-child.ts HUB DIR`: one round of an agent, without the rest of the command line. */
import { runOnce } from '@selvedge/agent';

const [hub = '', dataDir = ''] = process.argv.slice(2);
const { error } = await runOnce({ hub, dataDir });
process.exitCode = error?.row.exit ?? 0;

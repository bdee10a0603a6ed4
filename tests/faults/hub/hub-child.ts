/** `node hub-child.ts DIR`: a hub on a free port; prints its address and runs until SIGTERM. */
import { startHub } from '@selvedge/hub';

const [dataDir = ''] = process.argv.slice(2);
const hub = await startHub({ dataDir, port: 0, dev: true, logLevel: 'error' });
process.stdout.write(`${hub.url}\n`);
process.once('SIGTERM', () => void hub.close());

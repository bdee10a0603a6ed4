/**
 * Ends the engine's process when the application is gone, even while native code runs or hangs:
 * the kernel closes the application's end of descriptor 4, however it died.
 */
import { Socket } from 'node:net';

const lifeline = new Socket({ fd: 4, readable: true, writable: false });
const end = () => process.kill(process.pid, 'SIGKILL');
lifeline.on('error', end).on('close', end).resume();

/**
 * One readable line of an ONNX Runtime message: without the build machine's source paths and C++
 * signatures, which tell a user nothing, and without line breaks.
 */
export function cleanMessage(message: string): string {
  const line = message
    .replace(/\S*\/onnxruntime_src\/\S+:\d+\s+/g, '')
    .replace(/\b(?:[\w<>*&,]+ )?onnxruntime::[^()]*\([^)]*\)(?: const)?\s*/g, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

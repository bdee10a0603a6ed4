import { fail } from '@selvedge/core/errors';
import { LineCounter, parseDocument } from 'yaml';

/**
 * Reads YAML 1.2 (JSON is a part of it) to plain values. A repeated key is an error.
 *
 * @param file names the source in messages.
 * @throws SelvedgeError `bad-document` with file, line and column.
 */
export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    fail('bad-document', `${file}:${line}:${col}: ${error.message}`, {
      hint: 'expected YAML',
      details: { file, line, column: col },
    });
  }
  return document.toJS({ maxAliasCount: 100 });
}

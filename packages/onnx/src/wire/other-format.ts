/** What a file is that is no ONNX model, and what to do about it. */
export interface OtherFormat {
  /** As in "the file is …". */
  readonly what: string;
  readonly hint: string;
}

const exported = 'export the model to ONNX and give that file';

/** Formats that are met under an .onnx name or instead of one, by the bytes their specifications begin with. */
const signatures: readonly (OtherFormat & { readonly at: number; readonly bytes: string })[] = [
  {
    at: 0,
    bytes: 'version https://git-lfs',
    what: 'a Git LFS pointer, not the file itself',
    hint: 'fetch the file with `git lfs pull`',
  },
  { at: 0, bytes: 'PK\x03\x04', what: 'a zip archive (PyTorch saves these)', hint: exported },
  { at: 0, bytes: '\x89HDF', what: 'an HDF5 file (Keras saves these)', hint: exported },
  { at: 0, bytes: 'GGUF', what: 'a GGUF file', hint: exported },
  { at: 4, bytes: 'TFL3', what: 'a TensorFlow Lite file', hint: exported },
  { at: 8, bytes: '{"', what: 'a safetensors file, weights without a graph', hint: exported },
  { at: 0, bytes: '\x1f\x8b', what: 'compressed with gzip', hint: 'unpack it first' },
];

/** Recognises another format by its first bytes. Asked only of files that are no ONNX model. */
export function otherFormat(bytes: Uint8Array): OtherFormat | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const known = signatures.find(({ at, bytes: signature }) => start.startsWith(signature, at));
  if (known) return known;
  if (!/^[\t\n\r -~]+$/.test(start)) return undefined;
  return { what: 'text', hint: 'give the path of an .onnx file' };
}

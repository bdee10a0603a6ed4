/**
 * The web globals that the portable packages (core, onnx, delta, infer) may use.
 *
 * They compile without Node's or the DOM's types; what is not declared here does not exist
 * for them. Everything here is present in browsers, workers and Node ≥ 20.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}

declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  static abort(reason?: unknown): AbortSignal;
  static any(signals: AbortSignal[]): AbortSignal;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare function atob(text: string): string;
declare function btoa(text: string): string;
declare function structuredClone<T>(value: T): T;
declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare const performance: { now(): number };
declare function queueMicrotask(callback: () => void): void;

/** An opaque WebCrypto key. */
interface CryptoKey {
  readonly type: 'public' | 'private' | 'secret';
}

declare const crypto: {
  readonly subtle: {
    digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer>;
    importKey(
      format: 'raw' | 'spki' | 'pkcs8',
      keyData: Uint8Array,
      algorithm: { name: string; namedCurve?: string; hash?: string },
      extractable: boolean,
      usages: ('sign' | 'verify')[],
    ): Promise<CryptoKey>;
    exportKey(format: 'jwk', key: CryptoKey): Promise<{ readonly x?: string }>;
    sign(
      algorithm: { name: string; hash?: string; saltLength?: number },
      key: CryptoKey,
      data: Uint8Array,
    ): Promise<ArrayBuffer>;
    verify(
      algorithm: { name: string; hash?: string; saltLength?: number },
      key: CryptoKey,
      signature: Uint8Array,
      data: Uint8Array,
    ): Promise<boolean>;
  };
};

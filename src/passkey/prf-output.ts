const OUTPUT_BYTES = 32;

/** What a credential says that its PRF gave. */
export interface PrfAnswer {
  /** False when the authenticator says it has none; null when it says nothing. */
  readonly enabled: boolean | null;
  /** A copy of the output, or null when there is none or none that could be a secret. */
  readonly output: Uint8Array | null;
}

/**
 * Reads the PRF extension's answer.
 *
 * Password managers answer in the place of the browser, and some give a plain array or a view where the standard has an
 * ArrayBuffer: the same bytes, whatever they come in. Nothing is coerced: what is no byte makes no output (R-PRF-2).
 */
export function readPrfAnswer(credential: unknown): PrfAnswer {
  const { getClientExtensionResults } = credential as { getClientExtensionResults?: unknown };
  if (typeof getClientExtensionResults !== 'function') return { enabled: null, output: null };
  const prf = fieldOf(getClientExtensionResults.call(credential), 'prf');
  const enabled = fieldOf(prf, 'enabled');
  const bytes = bytesOf(fieldOf(fieldOf(prf, 'results'), 'first'));
  const isOutput = bytes?.length === OUTPUT_BYTES && bytes.some((byte) => byte !== 0);
  return { enabled: typeof enabled === 'boolean' ? enabled : null, output: isOutput ? bytes : null };
}

/** A copy of bytes in whatever they came, or null. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  // By its name: an extension's buffers are of another realm.
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]')
    return new Uint8Array(value as ArrayBuffer).slice();
  if (Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
    return Uint8Array.from(value);
  return null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

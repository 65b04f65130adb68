import { VaultError } from '../errors.js';
import type { RecordExtractor } from '../vault/record-text.js';

/** What an extractor is given beside the file. */
export interface ExtractOptions {
  readonly signal?: AbortSignal;
  /** Reads a file within the file, by its media type; null where that is none that is read, or again one with files in it. */
  readonly textOf?: (file: Blob) => Promise<string | null>;
}

/** How the text of files of some media types is read. */
export interface FileExtractor {
  /** In small letters, without parameters: `application/pdf`. */
  readonly mediaTypes: readonly string[];
  /** Changes when `extract` does. */
  readonly version: number;
  /** Larger files are found by title and the like only. */
  readonly bytesMax: number;
  /** True for one that asks for the text of files within its files. */
  readonly holdsFiles?: boolean;
  /** False as long as what it reads with is not to be had: such files are found by title, and read when it is. */
  readonly isReady?: () => Promise<boolean>;
  /** The text, or null when it has none. What it throws counts as none. */
  readonly extract: (file: Blob, options: ExtractOptions) => Promise<string | null>;
}

/** Plain text as it is, of which one million bytes are read. */
export const PLAIN_TEXT: FileExtractor = /* @__PURE__ */ Object.freeze({
  mediaTypes: ['text/plain', 'text/markdown', 'text/csv'],
  version: 1,
  bytesMax: 16 * 1024 * 1024,
  extract: async (file: Blob) => textOf(new Uint8Array(await file.slice(0, 1_000_000).arrayBuffer())),
});

/** Throws `usage/invalid` for an extractor that is none. */
export function checkExtractor({ version, extract }: RecordExtractor | FileExtractor): void {
  if (typeof extract !== 'function' || !Number.isSafeInteger(version) || version < 0)
    throw new VaultError('usage/invalid', { argument: 'extractor' });
}

/** UTF-8, else what Windows wrote: every byte is a character there. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

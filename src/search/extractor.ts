import { VaultError } from '../errors.js';
import type { RecordKind } from '../records/record-kind.js';
import type { RecordItem } from '../vault/record-item.js';

/** What is to be found of a record. */
export interface RecordText {
  readonly title: string;
  readonly text?: string;
  readonly details?: readonly string[];
  readonly people?: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly date?: string | null;
}

/** How records of a kind are found. */
export interface RecordExtractor {
  readonly kind: RecordKind<object>;
  /** Changes when `extract` does: what was taken in by another one is made again. */
  readonly version: number;
  readonly extract: (record: RecordItem<object>) => RecordText | null;
}

/** Says how records of a kind are found; null keeps one from being found. It may throw: then that one is not found. */
export function recordExtractor<T extends object>(
  kind: RecordKind<T>,
  extract: (record: RecordItem<T>) => RecordText | null,
  version = 1,
): RecordExtractor {
  return { kind: kind as RecordKind<object>, version, extract: extract as RecordExtractor['extract'] };
}

/** How the text of files of some media types is read. */
export interface FileExtractor {
  /** In small letters, without parameters: `application/pdf`. */
  readonly mediaTypes: readonly string[];
  /** Changes when `extract` does. */
  readonly version: number;
  /** Larger files are found by title and the like only. */
  readonly bytesMax: number;
  /** The text, or null when it has none. What it throws counts as none. */
  readonly extract: (file: Blob, options: { readonly signal?: AbortSignal }) => Promise<string | null>;
}

/** Plain text as it is, of which one million bytes are read. */
export const PLAIN_TEXT: FileExtractor = /* @__PURE__ */ Object.freeze({
  mediaTypes: ['text/plain', 'text/markdown', 'text/csv'],
  version: 1,
  bytesMax: 16 * 1024 * 1024,
  extract: async (file: Blob) => textOf(new Uint8Array(await file.slice(0, 1_000_000).arrayBuffer())),
});

/** The extractor of a media type; the last one that was given. */
export function extractorOf(extractors: readonly FileExtractor[], mediaType: string): FileExtractor | null {
  const plain = (mediaType.split(';')[0] as string).trim().toLowerCase();
  return extractors.findLast(({ mediaTypes }) => mediaTypes.includes(plain)) ?? null;
}

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

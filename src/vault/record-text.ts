import type { RecordKind } from '../records/record-kind.js';
import type { RecordItem } from './record-item.js';

/** What is to be found of a record. */
export interface RecordText {
  /** May be empty where `document` is given: then the document keeps its own. */
  readonly title: string;
  readonly text?: string;
  readonly details?: readonly string[];
  readonly people?: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly date?: string | null;
  /** The id of a document that this speaks of: that one is found by it, and not the record. */
  readonly document?: string;
  /** With `document`: its holder wants to see what its source says was not announced to them. */
  readonly isAnnounced?: boolean;
}

/** How records of a kind are found by their words. */
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

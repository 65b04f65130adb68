import { isVaultError, VaultError } from '../errors.js';
import { Changes } from '../live/changes.js';
import type { Live } from '../live/live.js';
import { categoryLabel } from '../records/category.js';
import type { Document } from '../vault/document-view.js';
import type { RecordItem } from '../vault/record-item.js';
import type { RecordExtractor, RecordText } from '../vault/record-text.js';
import type { SearchEntry } from './entry.js';
import { checkExtractor } from './extractor.js';
import { type FileReader, FileReaders } from './file-readers.js';
import type { Place } from './search-home.js';

/** Something that is to be found. */
export interface Wanted {
  readonly version: string;
  /** `held` is what the index has of it: its text is not read again when it cannot have changed. */
  make(held: SearchEntry | null, signal: AbortSignal | undefined): Promise<SearchEntry>;
}

/** What a record says of a document. */
interface Said {
  readonly text: RecordText;
  readonly version: string;
  readonly changed: number;
}

/** Between what decides the text of a document and what else is known of it. */
const APART = ' | ';
/** Begins the version of what is to be tried again. */
const LATER = 'later ';

/** All that is to be found in one place, and how. */
export class Sources {
  readonly files: FileReaders = new FileReaders();
  /** Tells that a kind was registered. */
  readonly registered: Changes = new Changes();
  readonly #place: Place;
  readonly #records = new Map<string, RecordExtractor>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** Throws `usage/invalid` for an extractor that is none, or of a kind that is none. */
  addRecords(extractor: RecordExtractor): void {
    checkExtractor(extractor);
    this.#place.records(extractor.kind);
    this.#records.set(extractor.kind.kind, extractor);
    this.registered.notify();
  }

  /** The lists of all that may be found, as they change. */
  lives(): Live<readonly { readonly id: string }[]>[] {
    const records = [...this.#records.values()].flatMap(
      ({ kind }) => this.#place.records(kind)?.live() ?? [],
    );
    return [this.#place.documents.live(), ...records];
  }

  /** The ids of all that may be found now. */
  async ids(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for (const { id } of await this.#place.documents.list()) ids.add(id);
    for (const { kind } of this.#records.values())
      for (const { id } of (await this.#place.records(kind)?.list()) ?? []) ids.add(id);
    return ids;
  }

  /** What there is to be found now, by its id. */
  async wanted(): Promise<Map<string, Wanted>> {
    const wanted = new Map<string, Wanted>();
    const said = new Map<string, Said[]>();
    for (const extractor of this.#records.values()) {
      for (const record of (await this.#place.records(extractor.kind)?.list()) ?? []) {
        const version = `${record.version} @${String(extractor.version)}`;
        const text = extracted(record, extractor.extract);
        if (text?.document === undefined)
          wanted.set(record.id, { version, make: async () => recordEntry(record, version, extractor, text) });
        else {
          const { changed } = record;
          said.set(text.document, [...(said.get(text.document) ?? []), { text, version, changed }]);
        }
      }
    }
    const find = this.files.finder();
    for (const document of await this.#place.documents.list()) {
      const of = (said.get(document.id) ?? []).toSorted((one, other) => one.changed - other.changed);
      const isTold = document.about?.notYetAnnounced !== true || of.some(({ text }) => text.isAnnounced);
      const reader = isTold ? await find(document.mediaType, document.bytes) : null;
      const ofText = `${document.version} ${reader?.name ?? ''}${APART}`;
      const version = `${ofText}${document.category} ${of.map((one) => one.version).join(' ')}`;
      const make: Wanted['make'] = async (held, signal) => {
        const texts = of.map(({ text }) => text);
        const entry = documentEntry(document, version, texts);
        const isSameText = held?.version.startsWith(ofText) === true;
        return isSameText ? { ...entry, text: held.text } : this.#read(entry, document, reader, signal);
      };
      wanted.set(document.id, { version, make });
    }
    return wanted;
  }

  async #read(
    entry: SearchEntry,
    { id }: Document,
    reader: FileReader | null,
    signal: AbortSignal | undefined,
  ): Promise<SearchEntry> {
    if (reader === null) return entry;
    let file: Blob;
    try {
      file = await this.#place.documents.blob(id, { signal });
    } catch (error) {
      if (isVaultError(error, 'usage/aborted') || isVaultError(error, 'access/locked')) throw error;
      return { ...entry, version: `${LATER}${entry.version}` };
    }
    try {
      return { ...entry, text: (await reader.read(file, signal)) ?? '' };
    } catch {
      if (signal?.aborted) throw new VaultError('usage/aborted');
      return entry;
    }
  }
}

function documentEntry(document: Document, version: string, said: readonly RecordText[]): SearchEntry {
  const { id, title, category, date, name, author, about } = document;
  const labels = [categoryLabel(category, 'fr'), categoryLabel(category, 'en')];
  const codes = [about?.type, about?.class, about?.practiceSetting].map((code) => code?.label);
  const authors = about?.authors?.flatMap((one) => [one.name, one.organisation?.name]) ?? [];
  const own = said.findLast((one) => one.title !== '')?.title;
  const texts = said.flatMap(({ text = '', details = [] }) => [...piecesOf(text), ...details]);
  const lines = [own === undefined ? null : title, name, ...labels, ...codes, ...texts];
  return {
    ...{ id, version, kind: 'document', title: own ?? title, category, date, author, text: '' },
    details: lines.filter((line) => typeof line === 'string'),
    people: [...authors, about?.custodian?.name, ...said.flatMap(({ people = [] }) => people)].filter(
      (line) => typeof line === 'string',
    ),
  };
}

function recordEntry(
  { id, author }: RecordItem<object>,
  version: string,
  { kind }: RecordExtractor,
  found: RecordText | null,
): SearchEntry {
  const { title = '', text = '', details = [], people = [], date = null } = found ?? {};
  const rest = { title, text, details, people, author, date };
  return { id, version, kind: kind.kind, category: kind.collection, ...rest };
}

function extracted(record: RecordItem<object>, extract: RecordExtractor['extract']): RecordText | null {
  try {
    return extract(record);
  } catch {
    return null;
  }
}

/** A text in pieces that are not cut, at spaces. */
function piecesOf(text: string): readonly string[] {
  return text.match(/\S[\s\S]{0,450}(?=\s|$)/g) ?? [];
}

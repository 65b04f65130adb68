import { checkExtractor, type ExtractOptions, type FileExtractor, PLAIN_TEXT } from './extractor.js';
import { RTF_TEXT } from './rtf-text.js';

/** How a file is read, and a name that changes when that does. */
export interface FileReader {
  readonly name: string;
  read(file: Blob, signal: AbortSignal | undefined): Promise<string | null>;
}

/** The extractors of files that were registered; of several for one media type, the last. */
export class FileReaders {
  readonly #extractors: FileExtractor[] = [PLAIN_TEXT, RTF_TEXT];

  /** Throws `usage/invalid` for an extractor that is none. */
  add(extractor: FileExtractor): void {
    checkExtractor(extractor);
    this.#extractors.push(extractor);
  }

  /** What finds readers; each extractor is asked once whether it is ready, and only when there is a file for it. */
  finder(): (mediaType: string, bytes: number) => Promise<FileReader | null> {
    const extractors = [...this.#extractors];
    const ready = new Map<FileExtractor, Promise<boolean>>();
    const isReady = (extractor: FileExtractor): Promise<boolean> => {
      const known = ready.get(extractor) ?? attempt(async () => (await extractor.isReady?.()) ?? true, false);
      ready.set(extractor, known);
      return known;
    };
    const find = async (mediaType: string, bytes: number): Promise<FileExtractor | null> => {
      const plain = (mediaType.split(';')[0] as string).trim().toLowerCase();
      const found = extractors.findLast(({ mediaTypes }) => mediaTypes.includes(plain));
      return found === undefined || bytes > found.bytesMax || !(await isReady(found)) ? null : found;
    };
    const nameOf = async (extractor: FileExtractor): Promise<string> => {
      if (!extractor.holdsFiles) return ownNameOf(extractor);
      const names: string[] = [];
      for (const other of extractors)
        if (!other.holdsFiles && (await isReady(other))) names.push(ownNameOf(other));
      return `${ownNameOf(extractor)}(${names.join('+')})`;
    };
    return async (mediaType, bytes) => {
      const extractor = await find(mediaType, bytes);
      if (extractor === null) return null;
      const read: FileReader['read'] = (file, signal) => {
        const rest = signal === undefined ? {} : { signal };
        const textOf: ExtractOptions['textOf'] = async (inner) => {
          const other = await find(inner.type, inner.size);
          if (other === null || other.holdsFiles) return null;
          return attempt(() => other.extract(inner, rest), null);
        };
        return extractor.extract(file, extractor.holdsFiles ? { ...rest, textOf } : rest);
      };
      return { name: await nameOf(extractor), read };
    };
  }
}

function ownNameOf({ mediaTypes, version }: FileExtractor): string {
  return `${mediaTypes.join()}@${String(version)}`;
}

async function attempt<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

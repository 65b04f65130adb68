import { isVaultError } from '../errors.js';
import type { CdaCode } from './cda-code.js';
import { CDA_FILES } from './cda-files.js';
import type { CdaParty } from './cda-party.js';
import type { CdaSection } from './cda-section.js';
import { type CdaDocument, readCda } from './read-cda.js';

/** What `extract` may use beside the file, as `coffret/search` gives it. */
export interface CdaTextOptions {
  readonly signal?: AbortSignal;
  /** Reads a file that the document carries, by its media type. */
  readonly textOf?: (file: Blob) => Promise<string | null>;
}

/** As much as is ever searched of one document. */
const TEXT_MAX = 200_000;
const NAMES_MAX = 1000;

/**
 * The words of a clinical document, in the shape that `registerFiles` of `coffret/search` takes: title, authors, the texts of
 * all sections, the names of what was found and given, and the text of the files it carries. Null for other XML.
 */
export const CDA_TEXT = /* @__PURE__ */ Object.freeze({
  ...CDA_FILES,
  async extract(file: Blob, options: CdaTextOptions = {}): Promise<string | null> {
    const { signal, textOf } = options;
    try {
      return await wordsOf(await readCda(file, { signal }), textOf);
    } catch (error) {
      if (isVaultError(error, 'format/unsupported')) return null;
      throw error;
    }
  },
});

async function wordsOf(document: CdaDocument, textOf: CdaTextOptions['textOf']): Promise<string> {
  const { title, authors, sections, results, measures, vaccinations, files } = document;
  const parts = [title, ...authors.flatMap(namesOf), ...textsOf(sections)].filter((part) => part !== null);
  let text = parts.join('\n').slice(0, TEXT_MAX);
  const coded = [
    ...[...results, ...measures].flatMap(({ code, value }) => [
      ...displaysOf(code),
      ...(value.type === 'coded' ? displaysOf(value.code) : value.type === 'text' ? [value.text] : []),
    ]),
    ...vaccinations.flatMap(({ name, vaccine, lot }) => [
      name,
      lot,
      ...(vaccine === null ? [] : displaysOf(vaccine)),
    ]),
  ];
  // What the sections say already would count twice.
  for (const name of [...new Set(coded)].slice(0, NAMES_MAX))
    if (name !== null && text.length < TEXT_MAX && !text.includes(name)) text += `\n${name}`;
  for (const { bytes, mediaType } of files) {
    if (text.length >= TEXT_MAX) break;
    const inner = await textOf?.(new Blob([bytes], { type: mediaType }));
    if (typeof inner === 'string') text += `\n${inner}`;
  }
  return text;
}

function textsOf(sections: readonly CdaSection[]): (string | null)[] {
  return sections.flatMap(({ title, text, sections: inner }) => [title, text, ...textsOf(inner)]);
}

function namesOf({ name, profession, organization }: CdaParty): (string | null)[] {
  return [
    name?.text ?? null,
    ...(profession === null ? [] : displaysOf(profession)),
    organization?.name ?? null,
  ];
}

function displaysOf({ display, text }: CdaCode): (string | null)[] {
  return [display, text];
}

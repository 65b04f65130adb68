import { type RecordExtractor, recordExtractor } from '../vault/record-text.js';
import { contentOf } from './entry.js';
import { SECTION_KINDS } from './list-section.js';
import type { SectionKind } from './section-kind.js';
import { sectionLabel } from './section-name.js';

/**
 * How the entries of the profile are found, for `registerRecords` of `coffret/search`: in French and in English. Wishes,
 * habits and the blood group are not among them: of each only the last word counts.
 */
export const PROFILE_TEXTS: readonly RecordExtractor[] = /* @__PURE__ */ (() =>
  Object.freeze(Object.values(SECTION_KINDS).map((kind) => extractorOf(kind as unknown as AnySection))))();

type AnySection = SectionKind<object>;

function extractorOf({ section, kind, print, about, dateOf }: AnySection): RecordExtractor {
  return recordExtractor(kind, ({ value }) => {
    const content = contentOf(value);
    const [fr, en] = [print(content, 'fr'), print(content, 'en')];
    const details = [...fr.details, ...en.details].map(({ text }) => text);
    const codes = about(content).flatMap(({ code }) => code ?? []);
    const date = dateOf(content);
    return {
      title: fr.text,
      details: [
        ...new Set([sectionLabel(section, 'fr'), sectionLabel(section, 'en'), en.text, ...codes, ...details]),
      ],
      // Of a year, or of a month, its first day.
      date: date === undefined ? null : `${date.slice(0, 10)}${'-01-01'.slice(date.length - 4)}`.slice(0, 10),
    };
  });
}

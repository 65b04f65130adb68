import { type CdaCode, codeOf } from './cda-code.js';
import { narrativeOf } from './narrative.js';
import type { Pace } from './pace.js';
import { textOf, type XmlElement } from './xml-element.js';

/** Historique des pathologies familiales (LOINC). */
const FAMILY_SECTION = '10157-6';

/** A section of a structured document. */
export interface CdaSection {
  /** Where it is: `2` the second, `2.1` the first in it. */
  readonly path: string;
  readonly code: CdaCode | null;
  readonly title: string | null;
  /** What it says to people, as plain text: see `Narrative`. */
  readonly text: string;
  /** The same as HTML with a few harmless elements. */
  readonly html: string;
  readonly sections: readonly CdaSection[];
}

/** A section with the element it was read from. @internal */
export interface SectionElement {
  readonly path: string;
  readonly element: XmlElement;
  /** Its code, or that of the nearest section it is in that has one. */
  readonly code: string | null;
  /** Whether it is about relatives, by itself or by what it is in. */
  readonly isOfFamily: boolean;
  /** The templates it declares. */
  readonly templates: ReadonlySet<string>;
}

/** The sections of a body or section, with their texts. @internal */
export async function sectionsOf(parent: XmlElement, pace: Pace, path = ''): Promise<CdaSection[]> {
  const made: CdaSection[] = [];
  for (const [at, element] of childSections(parent).entries()) {
    const own = `${path}${at + 1}`;
    const narrative = narrativeOf(element.child('text'));
    await pace.spend(1000 + (narrative?.html.length ?? 0));
    made.push({
      path: own,
      code: codeOf(element.child('code')),
      title: textOf(element.child('title'), 500),
      text: narrative?.text ?? '',
      html: narrative?.html ?? '',
      sections: await sectionsOf(element, pace, `${own}.`),
    });
  }
  return made;
}

/** All sections of a body, each before those in it. @internal */
export function flatSections(body: XmlElement): SectionElement[] {
  const found: SectionElement[] = [];
  const take = (parent: XmlElement, above: SectionElement | null): void => {
    for (const [at, element] of childSections(parent).entries()) {
      const code = element.child('code')?.get('code') ?? above?.code ?? null;
      const section: SectionElement = {
        path: above === null ? `${at + 1}` : `${above.path}.${at + 1}`,
        element,
        code,
        isOfFamily: code === FAMILY_SECTION || above?.isOfFamily === true,
        templates: new Set(element.all('templateId').flatMap((each) => each.get('root') ?? [])),
      };
      found.push(section);
      take(element, section);
    }
  };
  take(body, null);
  return found;
}

function childSections(parent: XmlElement): XmlElement[] {
  // One for each, and some write all in one.
  return parent.all('component').flatMap((component) => component.all('section'));
}

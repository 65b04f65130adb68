import { type CdaCode, codeOf } from './cda-code.js';
import { narrativeOf } from './narrative.js';
import type { Pace } from './pace.js';
import { textOf, type XmlElement } from './xml-element.js';

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
  /** Codes of the sections it is in and its own. */
  readonly codes: readonly string[];
}

/** The sections of a body or section, with their texts. @internal */
export async function sectionsOf(parent: XmlElement, pace: Pace, path = ''): Promise<CdaSection[]> {
  const made: CdaSection[] = [];
  for (const [at, element] of childSections(parent).entries()) {
    const own = `${path}${at + 1}`;
    await pace.rest();
    const narrative = narrativeOf(element.child('text'));
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
export function flatSections(parent: XmlElement, path = '', codes: readonly string[] = []): SectionElement[] {
  return childSections(parent).flatMap((element, at) => {
    const own = `${path}${at + 1}`;
    const code = element.child('code')?.get('code') ?? null;
    const within = code === null ? codes : [...codes, code];
    return [{ path: own, element, codes: within }, ...flatSections(element, `${own}.`, within)];
  });
}

function childSections(parent: XmlElement): XmlElement[] {
  return parent.all('component').flatMap((component) => component.child('section') ?? []);
}

import type { SectionElement } from './cda-section.js';
import type { XmlElement } from './xml-element.js';

/** An entry of a section, or one in it: what programs are told. @internal */
export interface Statement {
  readonly element: XmlElement;
  /** `observation`, `substanceAdministration`, `act`… */
  readonly name: string;
  readonly section: SectionElement;
  /** Where it is in the section. */
  readonly path: string;
  /** Those it is in, the nearest first. */
  readonly parents: readonly Parent[];
}

/** What a statement may be in; read once, however many are in it. @internal */
export interface Parent {
  readonly element: XmlElement;
  readonly name: string;
  readonly mood: string;
  readonly status: string | null;
  readonly time: XmlElement | null;
}

const NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'act',
  'encounter',
  'observation',
  'observationMedia',
  'organizer',
  'procedure',
  'regionOfInterest',
  'substanceAdministration',
  'supply',
]);

const LOCATOR_CHARS_MAX = 200;

/**
 * All that is stated in a section, but not in those in it: about the patient, and as having been so.
 *
 * What is negated, was called off, or is about someone else (a relative, an unborn child) is left out, with all in it.
 *
 * @internal
 */
export function* statementsOf(section: SectionElement): Generator<Statement> {
  if (isOfAnother(section.element)) return;
  for (const [at, entry] of section.element.all('entry').entries())
    yield* within(entry, section, `entry[${at + 1}]`, []);
}

function* within(
  holder: XmlElement,
  section: SectionElement,
  path: string,
  parents: readonly Parent[],
): Generator<Statement> {
  for (const element of holder.elements()) {
    if (!NAMES.has(element.name) || isOfAnother(element) || isDenied(element)) continue;
    const own = `${path}/${element.name}`;
    yield { element, name: element.name, section, path: own, parents };
    const parent: Parent = {
      element,
      name: element.name,
      mood: moodOf(element),
      status: element.child('statusCode')?.get('code') ?? null,
      time: element.child('effectiveTime'),
    };
    const inner = [parent, ...parents];
    for (const tag of ['entryRelationship', 'component'])
      for (const [at, each] of element.all(tag).entries())
        yield* within(each, section, `${own}/${tag}[${at + 1}]`, inner);
  }
}

/** Where something was found, for people and programs that look it up. @internal */
export function locatorOf({ section, path }: Statement): string {
  const { code } = section;
  const start = `section ${section.path.slice(0, 60)}${code === null ? '' : ` (${code.slice(0, 30)})`} `;
  const room = LOCATOR_CHARS_MAX - start.length;
  return start + (path.length <= room ? path : `…${path.slice(path.length - room + 1)}`);
}

/** Whether it was so, and is not only wished or asked for. @internal */
export function isEvent({ element, parents }: Statement): boolean {
  return moodOf(element) === 'EVN' && parents.every(({ mood }) => mood === 'EVN');
}

function moodOf(element: XmlElement): string {
  return element.get('moodCode') ?? 'EVN';
}

function isDenied(element: XmlElement): boolean {
  const status = element.child('statusCode')?.get('code') ?? '';
  return (
    element.get('negationInd') === 'true' || element.get('negationInd') === '1' || CALLED_OFF.has(status)
  );
}

const CALLED_OFF: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'aborted',
  'cancelled',
  'nullified',
  'obsolete',
]);

function isOfAnother(element: XmlElement): boolean {
  return element.child('subject') !== null;
}

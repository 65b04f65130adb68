import ICAL from 'ical.js';
import { VaultError } from '../errors.js';

/** What a calendar file may be at most; all of it is checked before anything is made of it. */
export const ICS_LIMITS = /* @__PURE__ */ Object.freeze({
  bytesMax: 5 * 1024 * 1024,
  eventsMax: 2000,
  depthMax: 8,
});

const COMPONENTS_MAX = 20_000;
const LINE_CHARACTERS_MAX = 100_000;
const PARAMETERS_MAX = 200;

/** One property as jCal has it (RFC 7265): name, parameters, type, values; `text` is what stood in the file. */
export interface IcsProperty {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly type: string;
  readonly values: readonly unknown[];
  readonly text: string;
}

/** A component, `VEVENT`, with those inside it. */
export interface IcsComponent {
  /** In capitals. */
  readonly name: string;
  readonly properties: IcsProperty[];
  readonly components: IcsComponent[];
  /** Whether a line of it could not be read. */
  isDamaged: boolean;
}

/** The properties that say something here; others are not even parsed: attachments, pages of HTML. */
const READ = /* @__PURE__ */ new Set(
  (
    'DTSTART DTEND DURATION RRULE EXRULE RDATE EXDATE RECURRENCE-ID UID SEQUENCE LAST-MODIFIED DTSTAMP SUMMARY ' +
    'DESCRIPTION LOCATION STATUS TRANSP ORGANIZER ATTENDEE TRIGGER ACTION TZID X-LIC-LOCATION TZOFFSETTO METHOD ' +
    'PRODID X-WR-CALNAME NAME X-MICROSOFT-CDO-ALLDAYEVENT X-COFFRET-STATUS X-COFFRET-TYPE X-COFFRET-PRACTITIONER'
  ).split(' '),
);

/**
 * Reads a calendar file into its calendars.
 *
 * Lines that are no lines, and what is nested deeper than eight, are passed over. Throws `format/too-large` above
 * 5 MiB or 2000 events, `format/malformed` when there is no calendar in it.
 */
export function readComponents(source: string | Uint8Array): IcsComponent[] {
  const root = newComponent('');
  const open = [root];
  let tooDeep = 0;
  let events = 0;
  let count = 0;
  for (const line of linesOf(source)) {
    const [, bound, rawName = ''] = /^(BEGIN|END):\s*([^\s]{1,64})\s*$/i.exec(line) ?? [];
    const inside = open.at(-1) as IcsComponent;
    if (bound === undefined) {
      if (tooDeep === 0) addProperty(inside, line);
      continue;
    }
    const name = rawName.toUpperCase();
    if (bound.toUpperCase() === 'BEGIN') {
      if (tooDeep > 0 || open.length > ICS_LIMITS.depthMax) {
        tooDeep++;
        inside.isDamaged = true;
        continue;
      }
      if (name === 'VEVENT' && ++events > ICS_LIMITS.eventsMax)
        throw new VaultError('format/too-large', { eventsMax: ICS_LIMITS.eventsMax });
      if (++count > COMPONENTS_MAX)
        throw new VaultError('format/too-large', { componentsMax: COMPONENTS_MAX });
      const component = newComponent(name);
      inside.components.push(component);
      open.push(component);
    } else if (tooDeep > 0) tooDeep--;
    else closeTo(open, name);
  }
  // What was never ended may be half of what it was.
  for (const component of open) component.isDamaged = true;
  const calendars = root.components.filter(({ name }) => name === 'VCALENDAR');
  if (calendars.length === 0) throw new VaultError('format/malformed');
  return calendars;
}

/** The first property of a name, or undefined. */
export function propertyOf(component: IcsComponent, name: string): IcsProperty | undefined {
  return component.properties.find((property) => property.name === name);
}

/** The properties of a name. */
export function propertiesOf(component: IcsComponent, name: string): IcsProperty[] {
  return component.properties.filter((property) => property.name === name);
}

/** The text of a property, trimmed, without control characters; null when there is none or it is empty. */
export function textOf(component: IcsComponent, name: string): string | null {
  const value = propertyOf(component, name)?.values[0];
  return typeof value === 'string' ? cleanText(value) : null;
}

/** A text as it may be kept: well-formed, without control characters, trimmed; null when nothing is left. */
export function cleanText(text: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  const clean = text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/g, '');
  return clean.toWellFormed().trim() || null;
}

function* linesOf(source: string | Uint8Array): Generator<string> {
  const text = typeof source === 'string' ? checkedText(source) : decoded(source);
  const unfolded = text.replace(/^\ufeff/, '').replace(/\r?\n[ \t]/g, '');
  for (const [line] of unfolded.matchAll(/[^\r\n]+/g)) yield line;
}

function checkedText(source: string): string {
  if (source.length > ICS_LIMITS.bytesMax) throw tooLarge(source.length);
  return source;
}

/** UTF-8 whatever was folded in the middle of a character; UTF-16 with its mark; else what Windows wrote in western Europe. */
function decoded(bytes: Uint8Array): string {
  if (bytes.length > ICS_LIMITS.bytesMax) throw tooLarge(bytes.length);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  const unfolded = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const end = bytes[i] === 0x0d && bytes[i + 1] === 0x0a ? i + 1 : i;
    const next = bytes[end + 1];
    if (bytes[end] === 0x0a && (next === 0x20 || next === 0x09)) i = end + 1;
    else unfolded[length++] = bytes[i] as number;
  }
  const whole = unfolded.subarray(0, length);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(whole);
  } catch {
    return new TextDecoder('windows-1252').decode(whole);
  }
}

function addProperty(component: IcsComponent, line: string): void {
  const name = /^([A-Za-z0-9-]{1,64})[;:]/.exec(line)?.[1]?.toUpperCase();
  if (name === undefined) {
    if (line.trim() !== '') component.isDamaged = true;
    return;
  }
  if (!READ.has(name)) return;
  if (line.length > LINE_CHARACTERS_MAX || hasManyParameters(line)) {
    component.isDamaged = true;
    return;
  }
  try {
    // A name that ical.js does not know has no type, and would keep its escapes.
    const typed = name.startsWith('X-') ? line.replace(/^[^:;]+/, '$&;VALUE=TEXT') : line;
    const [, parameters, type, ...values] = ICAL.parse.property(typed);
    component.properties.push({
      name,
      parameters,
      type,
      values,
      text: line.slice(line.lastIndexOf(':') + 1),
    });
  } catch {
    component.isDamaged = true;
  }
}

/** ical.js looks through the rest of the line for each parameter. */
function hasManyParameters(line: string): boolean {
  return /^[^:;]+;/.test(line) && line.split(';', PARAMETERS_MAX + 2).length > PARAMETERS_MAX + 1;
}

function newComponent(name: string): IcsComponent {
  return { name, properties: [], components: [], isDamaged: false };
}

/** Ends a component, and those in it that were left open. */
function closeTo(open: IcsComponent[], name: string): void {
  const at = open.findLastIndex((component, i) => i > 0 && component.name === name);
  if (at === -1) return;
  for (const left of open.splice(at).slice(1)) left.isDamaged = true;
}

function tooLarge(size: number): VaultError {
  return new VaultError('format/too-large', { size, bytesMax: ICS_LIMITS.bytesMax });
}

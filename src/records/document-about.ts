import * as z from 'zod/mini';
import { boundedText } from '../formats/shape.js';

const text = boundedText(300);
const short = boundedText(100);
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));

/** A code with the system it is of, and how its source calls it. */
const code = z.strictObject({ code: short, system: short, label: z.nullable(text) });

/** An identifier with what assigns it: an OID, or a URI. */
const identifier = z.strictObject({ system: short, value: short });

const organisation = z.strictObject({
  name: z.nullable(text),
  ids: z.array(identifier).check(z.maxLength(10)),
});

const author = z.strictObject({
  name: z.nullable(text),
  ids: z.array(identifier).check(z.maxLength(10)),
  profession: z.nullable(code),
  organisation: z.nullable(organisation),
});

/**
 * What the French health record says of a document (CI-SIS, XDS): all of it as its source tells, none of it checked against a register.
 * SPEC §7.3.
 */
const about = z.strictObject({
  /** The type, `typeCode`: a LOINC code or one of TRE_A05. */
  type: z.optional(code),
  /** The class of that type, `classCode` (JDV_J57). */
  class: z.optional(code),
  practiceSetting: z.optional(code),
  facilityType: z.optional(code),
  language: z.optional(short),
  authors: z.optional(z.array(author).check(z.maxLength(20))),
  custodian: z.optional(organisation),
  /** The days of what it is about. */
  period: z.optional(z.strictObject({ from: z.nullable(day), to: z.nullable(day) })),
  /** `N` normal, `R` restricted, `V` very restricted. */
  confidentiality: z.optional(z.enum(['N', 'R', 'V'])),
  /** To be masked from professionals, as its source asks (`MASQUE_PS`). */
  maskedFromProfessionals: z.optional(z.boolean()),
  /** Not to be shown to legal representatives (`INVISIBLE_REPRESENTANTS_LEGAUX`): a rule for what is shown, nothing more. */
  hiddenFromRepresentatives: z.optional(z.boolean()),
  /** Not told to the patient so far (`INVISIBLE_PATIENT`): shown once they say that they want to see it. */
  notYetAnnounced: z.optional(z.boolean()),
  /** Names this version everywhere, and all its versions. */
  documentId: z.optional(identifier),
  setId: z.optional(identifier),
  versionNumber: z.optional(z.int()),
  /** The versions that this one takes the place of. */
  replaces: z.optional(z.array(identifier).check(z.maxLength(20))),
});

/** A value none of whose parts changes. */
export type Frozen<T> = T extends (infer Element)[]
  ? readonly Frozen<Element>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

/** What a health record says of a document: types, authors, period, confidentiality, versions. */
export type DocumentAbout = Frozen<z.infer<typeof about>>;

/** Whether a value is what may be said about a document. */
export function isDocumentAbout(value: unknown): value is DocumentAbout {
  return z.safeParse(about, value).success;
}

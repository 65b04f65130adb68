import * as z from 'zod/mini';
import { line } from './bounded.js';

/** Where codes come from, as FHIR names them. Any other absolute URI will do as well. */
export const CODE_SYSTEMS = /* @__PURE__ */ Object.freeze({
  snomed: 'http://snomed.info/sct',
  icd10: 'http://hl7.org/fhir/sid/icd-10',
  loinc: 'http://loinc.org',
  atc: 'http://www.whocc.no/atc',
  /** French medicines, by speciality (CIS) and by presentation (CIP), as the documents of the ANS name them. */
  cis: 'urn:oid:1.2.250.1.213.2.3.1',
  cip: 'urn:oid:1.2.250.1.213.2.3.2',
  /** Terms of the French agency, for what LOINC does not name. */
  ans: 'https://mos.esante.gouv.fr/NOS/TRE_R308-TAASIP/FHIR/TRE-R308-TAASIP',
});

/** Something named in words, and in a terminology where a code is known; the words are what the patient reads. */
export interface Coded {
  /** At most 300 characters. */
  readonly text: string;
  readonly code?: string | undefined;
  /** A URI of `CODE_SYSTEMS`, or another; never without a code. */
  readonly system?: string | undefined;
}

/** Accepts what is coded, or only named. @internal */
export const coded: z.ZodMiniType<Coded> = z
  .strictObject({
    text: line(300),
    code: z.optional(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}$/))),
    system: z.optional(z.string().check(z.maxLength(200), z.regex(/^[a-z][a-z0-9+.-]*:[^\s]+$/i))),
  })
  .check(z.refine(({ code, system }) => system === undefined || code !== undefined));

/** What a name is compared by: no accents, no case, no punctuation. @internal */
export function normalised(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return words === '' ? text.trim() : words;
}

/** What two names of one thing have in common: the words, or the code. @internal */
export function keysOfCoded({ text, code, system }: Coded): string[] {
  const words = `text ${normalised(text)}`;
  return code === undefined ? [words] : [words, `code ${system ?? ''} ${code.toLowerCase()}`];
}

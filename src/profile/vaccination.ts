import * as z from 'zod/mini';
import { line, lines, some, whole } from './bounded.js';
import { type CodeOf, labelOf, oneOf } from './code-list.js';
import { type Coded, coded } from './coded.js';
import { detailsOf } from './field-label.js';
import { type PartialDate, partialDate } from './partial-date.js';
import { defineSection } from './section-kind.js';

/** A vaccine that was given (FHIR Immunization; the items of Mon espace santé). */
export interface Vaccination {
  readonly vaccine: Coded;
  readonly date: PartialDate;
  readonly lot?: string | undefined;
  readonly dose?: CodeOf<'dose-kind'> | undefined;
  /** Which dose of its series, from 1 to 20. */
  readonly doseNumber?: number | undefined;
  readonly site?: CodeOf<'body-site'> | undefined;
  readonly route?: CodeOf<'route'> | undefined;
  readonly performer?: string | undefined;
  /** What it protects from, at most 20. */
  readonly diseases?: readonly Coded[] | undefined;
  /** Code of the French medicine, eight digits. */
  readonly cis?: string | undefined;
  /** Code of the substance, at any level of ATC. */
  readonly atc?: string | undefined;
  readonly mandatory?: boolean | undefined;
  /** At most 3000 characters. */
  readonly comment?: string | undefined;
}

const content: z.ZodMiniType<Vaccination> = z.strictObject({
  vaccine: coded,
  date: partialDate,
  lot: z.optional(line(50)),
  dose: z.optional(oneOf('dose-kind')),
  doseNumber: z.optional(whole(1, 20)),
  site: z.optional(oneOf('body-site')),
  route: z.optional(oneOf('route')),
  performer: z.optional(line(200)),
  diseases: z.optional(some(coded, 20)),
  cis: z.optional(z.string().check(z.regex(/^\d{8}$/))),
  atc: z.optional(z.string().check(z.regex(/^[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?$/))),
  mandatory: z.optional(z.boolean()),
  comment: z.optional(lines(3000)),
});

/** @internal */
export const VACCINATIONS = /* @__PURE__ */ defineSection<Vaccination>({
  section: 'vaccinations',
  name: 'profile.vaccination',
  content,
  about: ({ vaccine }) => [vaccine],
  dateOf: ({ date }) => date,
  print: (value, language) => ({
    text: value.vaccine.text,
    date: value.date,
    details: detailsOf(language, {
      diseases: value.diseases?.map(({ text }) => text).join(', '),
      dose:
        [value.dose && labelOf('dose-kind', value.dose, language), value.doseNumber]
          .filter((part) => part !== undefined)
          .join(' ') || undefined,
      lot: value.lot,
      site: value.site && labelOf('body-site', value.site, language),
      route: value.route && labelOf('route', value.route, language),
      performer: value.performer,
      cis: value.cis,
      atc: value.atc,
      comment: value.comment,
    }),
  }),
});

/** A vaccination as a calendar of vaccines wants to hear of it. */
export interface VaccinationEvent {
  /**
   * All that the vaccine and what it protects from are called: names, codes, and codes with their system as
   * `system|code`; the CIS code as `cis|…`, the ATC code as `http://www.whocc.no/atc|…`. Each once.
   */
  readonly what: readonly string[];
  readonly date: PartialDate;
  readonly dose: CodeOf<'dose-kind'> | null;
  readonly doseNumber: number | null;
}

/** @internal */
export function vaccinationEvent(value: Vaccination): VaccinationEvent {
  const names = [value.vaccine, ...(value.diseases ?? [])].flatMap(({ text, code, system }) => [
    text,
    ...(code === undefined ? [] : [code]),
    ...(code === undefined || system === undefined ? [] : [`${system}|${code}`]),
  ]);
  if (value.cis !== undefined) names.push(`cis|${value.cis}`);
  if (value.atc !== undefined) names.push(value.atc, `http://www.whocc.no/atc|${value.atc}`);
  return {
    what: [...new Set(names)],
    date: value.date,
    dose: value.dose ?? null,
    doseNumber: value.doseNumber ?? null,
  };
}

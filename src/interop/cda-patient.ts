import { type CdaId, idsOf } from './cda-id.js';
import { dateOf, timeOf } from './cda-time.js';
import { textOf, type XmlElement } from './xml-element.js';

/** The patient as the document names them: what is not told is null, and nothing is made of what is. */
export interface CdaPatient {
  /** Their national health identity (INS), each with its kind: those of test are not those of real people. */
  readonly ins: readonly CdaId[];
  /** Other identifiers, as the number in a hospital. */
  readonly ids: readonly CdaId[];
  /** Family name at birth. */
  readonly birthName: string | null;
  /** The name in use, which may be that of a spouse. */
  readonly usedName: string | null;
  /** A family name of which is not told which it is, as older documents have it; or all of a name that has no parts. */
  readonly familyName: string | null;
  /** All given names at birth, as they are written in one line. */
  readonly givenNames: string | null;
  /** The first of them. */
  readonly firstGivenName: string | null;
  readonly usedGivenName: string | null;
  readonly sex: 'female' | 'male' | 'unknown' | null;
  /** `YYYY-MM-DD`, or less where less is known. */
  readonly birthDate: string | null;
  readonly birthPlace: {
    /** INSEE code of the commune or country. */
    readonly code: string | null;
    readonly name: string | null;
  } | null;
}

const SEXES: Readonly<Record<string, 'female' | 'male' | 'unknown'>> = {
  F: 'female',
  M: 'male',
  U: 'unknown',
  UN: 'unknown',
  I: 'unknown',
};

/** The patient of a `recordTarget`; null where there is nobody in it. @internal */
export function patientOf(recordTarget: XmlElement): CdaPatient | null {
  const role = recordTarget.child('patientRole');
  if (role === null) return null;
  const all = idsOf(role);
  const isIns = (id: CdaId) => id.kind?.startsWith('ins-') === true;
  const person = role.child('patient');
  const patient = {
    ins: all.filter(isIns),
    ids: all.filter((id) => !isIns(id)),
    ...namesOf(person?.all('name') ?? []),
    sex: sexOf(person?.child('administrativeGenderCode')?.get('code') ?? null),
    birthDate: dateOf(timeOf(person?.child('birthTime')?.get('value') ?? null)),
    birthPlace: placeOf(person?.at('birthplace', 'place') ?? null),
  };
  return person === null && all.length === 0 ? null : patient;
}

const PARTS_MAX = 20;

type Names = Pick<
  CdaPatient,
  'birthName' | 'usedName' | 'familyName' | 'givenNames' | 'firstGivenName' | 'usedGivenName'
>;

/**
 * `BR` is of birth, `CL` in use, `SP` that of a spouse; given names without a mark are the list of those of birth.
 *
 * Of several names each part is taken from the first that has it, those under which a person is only known elsewhere
 * last: two names are never made one.
 */
function namesOf(names: readonly XmlElement[]): Names {
  const all = names.slice(0, PARTS_MAX);
  const isOther = (name: XmlElement) => OTHER_USES.test(name.get('use') ?? '');
  const sorted = [...all.filter((name) => !isOther(name)), ...all.filter(isOther)];
  const parts = (tag: string, mark: string | null): string[] => {
    for (const name of sorted) {
      const found = name
        .all(tag)
        .slice(0, PARTS_MAX)
        .flatMap((part) => {
          const marks = part.get('qualifier')?.toUpperCase().split(/\s+/) ?? [];
          const isInitial = tag === 'given' && marks.includes('IN');
          const fits = mark === null ? !isInitial && !marks.some(isKnown) : marks.includes(mark);
          return fits ? (textOf(part, 300) ?? []) : [];
        });
      if (found.length > 0) return [...new Set(found)];
    }
    return [];
  };
  const line = (found: readonly string[]) => found.join(' ') || null;
  const hasParts = sorted.some((name) => name.child('family') !== null || name.child('given') !== null);
  const ofBirth = parts('given', 'BR');
  return {
    birthName: line(parts('family', 'BR')),
    usedName: line(parts('family', 'CL')) ?? line(parts('family', 'SP')),
    familyName: hasParts ? line(parts('family', null)) : textOf(sorted[0] ?? null, 300),
    // Some mark each of the list.
    givenNames: line(parts('given', null)) ?? (ofBirth.length > 1 ? line(ofBirth) : null),
    firstGivenName: ofBirth[0] ?? null,
    usedGivenName: line(parts('given', 'CL')),
  };
}

/** Of an artist, a pseudonym, for a search or by its sound. */
const OTHER_USES = /(^|\s)(A|P|SNDX|PHON|SRCH)(\s|$)/;

function isKnown(mark: string): boolean {
  return mark === 'BR' || mark === 'CL' || mark === 'SP';
}

function sexOf(code: string | null): CdaPatient['sex'] {
  return code !== null && Object.hasOwn(SEXES, code) ? (SEXES[code] ?? null) : null;
}

function placeOf(place: XmlElement | null): CdaPatient['birthPlace'] {
  const county = textOf(place?.at('addr', 'county') ?? null, 20);
  const within = (tag: string) => textOf(place?.at('addr', tag) ?? null, 200);
  const far = [within('state'), within('country')].filter((each) => each !== null).join(', ') || null;
  const name = within('city') ?? textOf(place?.child('name') ?? null, 200) ?? far;
  // The code of the commune has its place in the county, where others write a county.
  const code = county !== null && /^[0-9][0-9AB][0-9]{3}$/i.test(county) ? county.toUpperCase() : null;
  return code === null && name === null ? null : { code, name };
}

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
  /** A family name of which is not told which it is, as older documents have it. */
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

/** `BR` is of birth, `CL` in use, `SP` that of a spouse; given names without a mark are the list of those of birth. */
function namesOf(names: readonly XmlElement[]): Names {
  const parts = (tag: string, mark: string | null): string | null => {
    const found = names.slice(0, PARTS_MAX).flatMap((name) =>
      name
        .all(tag)
        .slice(0, PARTS_MAX)
        .flatMap((part) => {
          const marks = part.get('qualifier')?.split(/\s+/) ?? [];
          const fits = mark === null ? marks.length === 0 : marks.includes(mark);
          return fits ? (textOf(part, 300) ?? []) : [];
        }),
    );
    return [...new Set(found)].join(' ') || null;
  };
  return {
    birthName: parts('family', 'BR'),
    usedName: parts('family', 'CL') ?? parts('family', 'SP'),
    familyName: parts('family', null),
    givenNames: parts('given', null),
    firstGivenName: parts('given', 'BR'),
    usedGivenName: parts('given', 'CL'),
  };
}

function sexOf(code: string | null): CdaPatient['sex'] {
  return code !== null && Object.hasOwn(SEXES, code) ? (SEXES[code] ?? null) : null;
}

function placeOf(place: XmlElement | null): CdaPatient['birthPlace'] {
  const county = textOf(place?.at('addr', 'county') ?? null, 20);
  const name = textOf(place?.at('addr', 'city') ?? place?.child('name') ?? null, 200);
  // The code of the commune has its place in the county, where others write a county.
  const code = county !== null && /^[0-9][0-9AB][0-9]{3}$/i.test(county) ? county.toUpperCase() : null;
  return code === null && name === null ? null : { code, name };
}

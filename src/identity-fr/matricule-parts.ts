import { type Matricule, printMatricule } from './matricule.js';

/** Which number it is: `temporary` for a first digit of 3 or 4, a person being registered (not confirmed by a source). */
export type MatriculeKind = 'NIR' | 'NIA' | 'temporary';

/** Where a person was born, as far as five characters of a number tell. */
export interface MatriculeBirthPlace {
  /** `france`: a department of the mainland or Corsica; `overseas`: 97x or 98x; `abroad`: 99; `unclear`: none of them. */
  readonly kind: 'france' | 'overseas' | 'abroad' | 'unclear';
  /** The five characters: the code of the commune, or of the country, in the official geographic code of that time. */
  readonly inseeCode: string;
  /** `75`, `2A`, `974`; null abroad. `20` is Corsica before 1976. */
  readonly department: string | null;
  /** The commune in its department: three characters, two overseas; null abroad. */
  readonly commune: string | null;
  /** The code of the country, `99` and three digits; null elsewhere. */
  readonly country: string | null;
  /** 91 to 96 also stand for these, of those born there before independence; the number cannot tell. Service-public.fr. */
  readonly mayAlsoBe: 'algeria' | 'morocco' | 'tunisia' | null;
}

/** What a matricule tells of a person. It does not tell what `MATRICULE_DOES_NOT_TELL` lists. */
export interface MatriculeParts {
  readonly kind: MatriculeKind;
  /** Of the civil status at registration. */
  readonly sex: 'male' | 'female';
  /** The last two digits: `07` may be 1907 or 2007. */
  readonly birthYear: string;
  /** 1 to 12; null when the civil status was incomplete. */
  readonly birthMonth: number | null;
  /** The two digits themselves: 20 to 42 and 50 to 99 stand for an incomplete civil status. */
  readonly monthCode: string;
  readonly civilStatus: 'complete' | 'incomplete';
  readonly birthPlace: MatriculeBirthPlace;
  /** Among those born at that place in that month. */
  readonly order: string;
  readonly key: string;
}

/**
 * What the number tells: sex, year and month of birth, place, order and key (decree 82-103, article 4).
 *
 * What comes out is plain and prints: treat it as the matricule itself.
 */
export function matriculeParts(matricule: Matricule): MatriculeParts {
  const text = printMatricule(matricule);
  const first = Number(text[0]);
  const month = Number(text.slice(3, 5));
  const complete = month <= 12;
  return {
    kind: first <= 2 ? 'NIR' : first <= 4 ? 'temporary' : 'NIA',
    sex: first === 1 || first === 3 || first === 7 ? 'male' : 'female',
    birthYear: text.slice(1, 3),
    birthMonth: complete ? month : null,
    monthCode: text.slice(3, 5),
    civilStatus: complete ? 'complete' : 'incomplete',
    birthPlace: birthPlaceOf(text.slice(5, 10)),
    order: text.slice(10, 13),
    key: text.slice(13),
  };
}

function birthPlaceOf(inseeCode: string): MatriculeBirthPlace {
  const start = inseeCode.slice(0, 2);
  if (start === '99') {
    return {
      kind: 'abroad',
      inseeCode,
      department: null,
      commune: null,
      country: inseeCode,
      mayAlsoBe: null,
    };
  }
  const isOverseas = start === '97' || start === '98';
  const length = isOverseas ? 3 : 2;
  return {
    kind: isOverseas ? 'overseas' : start === '00' || start === '96' ? 'unclear' : 'france',
    inseeCode,
    department: inseeCode.slice(0, length),
    commune: inseeCode.slice(length),
    country: null,
    mayAlsoBe: formerTerritory(start),
  };
}

function formerTerritory(start: string): MatriculeBirthPlace['mayAlsoBe'] {
  if (/^9[1-4]$/.test(start)) return 'algeria';
  if (start === '95') return 'morocco';
  return start === '96' ? 'tunisia' : null;
}

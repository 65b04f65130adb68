import type { CdaPatient } from './cda-patient.js';

/** The traits by which a person is told from another: the five strict ones of the RNIV, and the INS. */
export type IdentityTrait = 'ins' | 'birthName' | 'givenNames' | 'birthDate' | 'sex' | 'birthPlace';

/** `missing` where one side does not tell it, or what both tell can be neither taken for the same nor for another. */
export type TraitOutcome = 'same' | 'different' | 'missing';

/** Who a vault is about: as `vault.holder`, and the INS where it is known. */
export interface IdentityHolder {
  readonly birthName?: string | undefined;
  readonly givenNames?: readonly string[] | undefined;
  /** `YYYY-MM-DD`. */
  readonly birthDate?: string | undefined;
  readonly sex?: 'female' | 'male' | 'unknown' | undefined;
  /** INSEE code, five characters. */
  readonly birthPlace?: string | undefined;
  /** With or without its key. */
  readonly ins?: string | undefined;
  /** The system of it: without it, numbers of test are compared like any others. */
  readonly insOid?: string | undefined;
}

/** Whether a document is about the holder of a vault. */
export interface IdentityComparison {
  /**
   * `mismatch` where any trait is different. `match` where nothing is, and the name, the given names, the date and the
   * sex are the same, and with them the place or the INS. `uncertain` for all between: a person has to look.
   */
  readonly verdict: 'match' | 'mismatch' | 'uncertain';
  readonly traits: Readonly<Record<IdentityTrait, TraitOutcome>>;
  /** Why, for a person; no name or number is in it. */
  readonly explanation: { readonly en: string; readonly fr: string };
}

const LABELS: Readonly<Record<IdentityTrait, readonly [en: string, fr: string]>> = {
  birthName: ['birth name', 'nom de naissance'],
  givenNames: ['given names', 'prénoms'],
  birthDate: ['date of birth', 'date de naissance'],
  sex: ['sex', 'sexe'],
  birthPlace: ['place of birth', 'lieu de naissance'],
  ins: ['national health identity', 'matricule INS'],
};

const NEEDED: readonly IdentityTrait[] = ['birthName', 'givenNames', 'birthDate', 'sex'];

/**
 * Compares the patient of a document with the holder of a vault.
 *
 * Letters are compared without case, accents, hyphens and apostrophes; nothing else is taken for the same. What is known
 * to be written in two ways is no difference either (Le Goff and Legoff, Paris and one of its districts, a key of an INS
 * that is wrong): a person has to look. A document without a patient, or with more than one, is `uncertain`, and so is a
 * vault without a holder.
 */
export function compareIdentity(
  patient: CdaPatient | null,
  holder: IdentityHolder | null,
): IdentityComparison {
  const traits: Record<IdentityTrait, TraitOutcome> = {
    birthName: compareBirthName(patient, holder?.birthName),
    givenNames: compareGivenNames(patient, holder?.givenNames),
    birthDate: compareDate(patient?.birthDate ?? null, holder?.birthDate),
    sex: compareSex(patient?.sex ?? null, holder?.sex),
    birthPlace: comparePlace(patient?.birthPlace?.code ?? null, holder?.birthPlace),
    ins: compareIns(patient, holder?.ins, holder?.insOid),
  };
  const having = (outcome: TraitOutcome) =>
    (Object.keys(LABELS) as IdentityTrait[]).filter((trait) => traits[trait] === outcome);
  const isSettled =
    NEEDED.every((trait) => traits[trait] === 'same') &&
    (traits.birthPlace === 'same' || traits.ins === 'same');
  const different = having('different');
  const verdict = different.length > 0 ? 'mismatch' : isSettled ? 'match' : 'uncertain';
  return {
    verdict,
    traits,
    explanation: {
      en: explain(verdict, different, having('missing'), 'en'),
      fr: explain(verdict, different, having('missing'), 'fr'),
    },
  };
}

/** Latin letters that no decomposition takes apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ Œ: 'OE', Æ: 'AE', Ø: 'O', Đ: 'D', Ð: 'D', Ł: 'L', Þ: 'TH', Ħ: 'H', ẞ: 'SS' },
};

/** Capital letters and digits, in words: no accents, hyphens or apostrophes. @internal */
export function foldName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/[ŒÆØĐÐŁÞĦẞ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function compareBirthName(patient: CdaPatient | null, holder: string | undefined): TraitOutcome {
  const ours = foldName(holder ?? '');
  if (ours === '' || patient === null) return 'missing';
  const theirs = foldName(patient.birthName ?? '');
  if (theirs !== '') return theirs === ours ? 'same' : isOneName(theirs, ours) ? 'missing' : 'different';
  // Of an unmarked name only the likeness says something: it may be that of a spouse.
  return foldName(patient.familyName ?? '') === ours ? 'same' : 'missing';
}

/** Whether two names differ in nothing but where their words end, or in a particle before them. */
function isOneName(one: string, other: string): boolean {
  const bare = (name: string) => name.replace(/^(DE LA|DE L|DE|DU|DES|D|VON|VAN DER|VAN DEN|VAN) (?=.)/, '');
  return isOneWord(one, other) || isOneWord(bare(one), other) || isOneWord(one, bare(other));
}

/** Whether two names differ in nothing but where their words end, as Le Goff and Legoff. */
function isOneWord(one: string, other: string): boolean {
  return one.replaceAll(' ', '') === other.replaceAll(' ', '');
}

/**
 * The first given name has to be one and the same, and no later one another; either side may know fewer of them.
 *
 * Of twins one may be Marie and the other Marie-Claire: where it is not told where the first name ends, they are not
 * taken for each other.
 */
function compareGivenNames(patient: CdaPatient | null, holder: readonly string[] | undefined): TraitOutcome {
  const ours = (holder ?? []).filter((name) => foldName(name) !== '');
  const names = ours.map(foldName);
  const list = names.join(' ');
  const first = foldName(patient?.firstGivenName ?? '');
  const theirs = foldName(patient?.givenNames ?? '') || first;
  if (list === '' || theirs === '') return 'missing';
  if (isStart(theirs, list)) {
    if (first !== '' && !isStart(first, theirs)) return 'different';
    // The same list, or they know fewer: what is known of it has to end where a name of ours does.
    const isAll = theirs === list;
    const end = endOf(isAll ? first : theirs, ours);
    return end === 'name' || (isAll && end === 'word')
      ? 'same'
      : isAll || end === 'word'
        ? 'missing'
        : 'different';
  }
  if (isStart(list, theirs)) {
    if (first === '') return 'missing';
    return first === names[0] || first === list ? 'same' : 'different';
  }
  return isOneWord(theirs, list) || (first !== names[0] && isOneWord(first, names[0] ?? ''))
    ? 'missing'
    : 'different';
}

/**
 * What of some names ends where others of them begin: a whole name; a word before a blank, which may or may not part two
 * names; or a part of one name, before its hyphen or apostrophe.
 */
function endOf(start: string, names: readonly string[]): 'name' | 'word' | 'part' {
  if (start === '') return 'name';
  let words = start.split(' ').length;
  for (const name of names) {
    const parts = name.normalize('NFKC').match(/[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+/gu) ?? [];
    const own = foldName(name).split(' ').length;
    if (words === own) return 'name';
    if (words > own) {
      words -= own;
      continue;
    }
    const gaps = parts.filter((part, at) => at > 0 && !/[\p{L}\p{N}]/u.test(part));
    return /^\s+$/.test(gaps[words - 1] ?? '') ? 'word' : 'part';
  }
  return 'name';
}

function compareDate(theirs: string | null, ours: string | undefined): TraitOutcome {
  if (theirs === null || ours === undefined || ours === '') return 'missing';
  if (theirs === ours) return 'same';
  const length = Math.min(theirs.length, ours.length);
  return theirs.slice(0, length) === ours.slice(0, length) ? 'missing' : 'different';
}

function compareSex(theirs: CdaPatient['sex'], ours: IdentityHolder['sex']): TraitOutcome {
  if (theirs === null || theirs === 'unknown' || ours === undefined || ours === 'unknown') return 'missing';
  return theirs === ours ? 'same' : 'different';
}

function comparePlace(theirs: string | null, ours: string | undefined): TraitOutcome {
  const own = ours?.trim().toUpperCase() ?? '';
  // 99999 is for a place that nobody knows.
  if (theirs === null || own === '' || theirs === '99999' || own === '99999') return 'missing';
  return theirs === own ? 'same' : isOneTown(theirs, own) ? 'missing' : 'different';
}

/** Towns with districts that have codes of their own (official geographic code of INSEE). */
const DISTRICTS: readonly (readonly [town: string, district: RegExp])[] = [
  ['75056', /^751(0[1-9]|1\d|20)$/],
  ['69123', /^6938[1-9]$/],
  ['13055', /^132(0[1-9]|1[0-6])$/],
];

/** Whether one code is of a town and the other of a district of it, or both of a Corsican one, before 1976 and after. */
function isOneTown(one: string, other: string): boolean {
  const corsican = (code: string) => /^2[0AB]/.test(code) && `20${code.slice(2)}`;
  if (/^20/.test(one) !== /^20/.test(other) && corsican(one) !== false && corsican(one) === corsican(other))
    return true;
  return DISTRICTS.some(
    ([town, district]) => (one === town && district.test(other)) || (other === town && district.test(one)),
  );
}

const PRODUCTION = ['1.2.250.1.213.1.4.8', '1.2.250.1.213.1.4.9'];

/** The thirteen characters before the key, which is made of them; where two keys differ one is wrong, or more than that. */
function compareIns(
  patient: CdaPatient | null,
  holder: string | undefined,
  oid: string | undefined,
): TraitOutcome {
  const ours = (holder ?? '').replace(/\s/g, '').toUpperCase();
  if (ours.length < 13) return 'missing';
  const isReal = (root: string) => PRODUCTION.includes(root.replace(/^urn:oid:/, ''));
  const theirs = (patient?.ins ?? []).flatMap(({ kind, value, root }) =>
    kind === 'ins-c' ||
    value === null ||
    value.length < 13 ||
    (oid !== undefined && isReal(root) !== isReal(oid))
      ? []
      : [value],
  );
  if (theirs.some((each) => isSameIns(each, ours))) return 'same';
  // A number for the time being (7 or 8) gives way to the final one: the two cannot be compared.
  const comparable = theirs.filter(
    (each) => /^[78]/.test(each) === /^[78]/.test(ours) && each.slice(0, 13) !== ours.slice(0, 13),
  );
  return comparable.length === 0 ? 'missing' : 'different';
}

function isSameIns(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  return (length === 13 || length === 15) && a.slice(0, length) === b.slice(0, length);
}

/** Whether a text begins with another, ending where a word does. */
function isStart(start: string, text: string): boolean {
  return text === start || text.startsWith(`${start} `);
}

function explain(
  verdict: IdentityComparison['verdict'],
  different: readonly IdentityTrait[],
  missing: readonly IdentityTrait[],
  language: 'en' | 'fr',
): string {
  const list = (traits: readonly IdentityTrait[]) =>
    traits.map((trait) => LABELS[trait][language === 'fr' ? 1 : 0]).join(', ');
  if (language === 'fr') {
    if (verdict === 'match') return 'Le document concerne la personne titulaire du coffre.';
    if (verdict === 'mismatch')
      return `Le document concerne quelqu'un d'autre : différence sur ${list(different)}.`;
    return `Impossible de savoir si le document concerne la personne titulaire : absent ou non comparable : ${list(missing)}.`;
  }
  if (verdict === 'match') return 'The document is about the holder of the vault.';
  if (verdict === 'mismatch') return `The document is about someone else: ${list(different)} differ.`;
  return `It cannot be told whether the document is about the holder: not known or not comparable: ${list(missing)}.`;
}

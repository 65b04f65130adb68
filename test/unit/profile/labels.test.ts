import { describe, expect, it } from 'vitest';
import {
  CODE_SYSTEMS,
  type CodeList,
  codesOf,
  ENTOURAGE_COLLECTION,
  fieldLabel,
  labelOf,
  PROFILE_COLLECTION,
  PROFILE_KINDS,
  PROFILE_SECTIONS,
  PROPOSALS_COLLECTION,
  sectionLabel,
} from '../../../src/profile/index.js';
import { checkKind } from '../../../src/records/record-kind.js';

describe('what codes stand for', () => {
  it('has a label in both languages', () => {
    expect(labelOf('dose-kind', 'booster', 'fr')).toBe('Rappel');
    expect(labelOf('answer', 'not-concerned', 'en')).toBe('Not concerned');
    expect(sectionLabel('family-history', 'fr')).toBe('Antécédents familiaux');
    expect(fieldLabel('dosage', 'fr')).toBe('Posologie');
    const lists: CodeList[] = [
      'answer',
      'state',
      'source',
      'habit',
      'contact-role',
      'donation-choice',
      'relative',
    ];
    for (const list of lists)
      for (const code of codesOf(list))
        for (const language of ['en', 'fr'] as const) expect(labelOf(list, code, language)).not.toBe(code);
    for (const section of PROFILE_SECTIONS) expect(sectionLabel(section, 'en')).not.toBe('');
  });

  it('names terminologies as FHIR does', () => {
    expect(CODE_SYSTEMS).toMatchObject({ snomed: 'http://snomed.info/sct', loinc: 'http://loinc.org' });
  });
});

it('every kind has a name of its own, in one of three collections', () => {
  for (const kind of PROFILE_KINDS) checkKind(kind);
  expect(new Set(PROFILE_KINDS.map(({ kind }) => kind)).size).toBe(PROFILE_KINDS.length);
  expect([...new Set(PROFILE_KINDS.map(({ collection }) => collection))].sort()).toEqual(
    [PROFILE_COLLECTION, ENTOURAGE_COLLECTION, PROPOSALS_COLLECTION].sort(),
  );
  expect(
    PROFILE_KINDS.filter(({ collection }) => collection === ENTOURAGE_COLLECTION).map(({ kind }) => kind),
  ).toEqual([...['profile.contact', 'profile.entourage-fact', 'profile.wish']]);
});

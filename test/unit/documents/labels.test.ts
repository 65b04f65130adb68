import { describe, expect, it } from 'vitest';
import {
  confidentialityLabel,
  documentClassLabel,
  documentTypeLabel,
  facilityTypeLabel,
  practiceSettingLabel,
  RELATIONS,
  relationLabel,
} from '../../../src/documents/index.js';
import { TYPE_LABELS } from '../../../src/documents/type-labels.js';
import { categoryLabel, DOCUMENT_CATEGORIES } from '../../../src/index.js';
import { documentType } from '../../../src/interop/index.js';

const LOINC = '2.16.840.1.113883.6.1';
const LANGUAGES = ['en', 'fr'] as const;

describe('labels of documents', () => {
  it('names types, in both languages, that readers of clinical documents know as well', () => {
    const lab = { code: '11502-2', system: LOINC, label: 'CR bio' };
    expect(LANGUAGES.map((language) => documentTypeLabel(lab, language))).toEqual([
      'Laboratory report',
      'CR de biologie médicale',
    ]);
    const local = { code: 'PROT_ALD', system: '1.2.250.1.213.1.1.4.12', label: null };
    expect(documentTypeLabel(local, 'fr')).toBe('Protocole de soins ALD');
    for (const code of Object.keys(TYPE_LABELS)) expect(documentType(code).classCode, code).not.toBeNull();
    for (const [en, fr] of Object.values(TYPE_LABELS))
      expect([en, fr].every((text) => text.length > 4)).toBe(true);
  });

  it('says what the document says of a code that it does not know, or that is of another system', () => {
    const other = { code: '11502-2', system: '1.2.3', label: 'Something else' };
    expect(documentTypeLabel(other, 'fr')).toBe('Something else');
    expect(documentTypeLabel({ code: '99999-9', system: LOINC, label: null }, 'en')).toBe('99999-9');
    expect(documentTypeLabel({ code: 'constructor', system: LOINC, label: 'X' }, 'en')).toBe('X');
    const cabinet = { code: 'SA07', system: '1.2.250.1.71.4.2.4', label: 'Cabinet individuel' };
    expect(facilityTypeLabel(cabinet, 'en')).toBe('Cabinet individuel');
  });

  it('names classes, settings, facilities, confidentiality and relations', () => {
    const system = '1.2.250.1.213.1.1.4.1';
    expect(documentClassLabel({ code: '44', system, label: null }, 'fr')).toBe('Plan de soins, protocole');
    const home = { code: 'HAD', system: '1.2.250.1.213.1.1.4.9', label: null };
    expect(LANGUAGES.map((language) => practiceSettingLabel(home, language))).toEqual([
      'Hospital at home',
      'Hospitalisation à domicile',
    ]);
    const patient = { code: 'EXP_PATIENT', system: '1.2.250.1.213.1.1.4.6', label: null };
    expect(facilityTypeLabel(patient, 'en')).toBe(practiceSettingLabel(patient, 'en'));
    expect(confidentialityLabel('V', 'fr')).toBe('Très restreint');
    for (const language of LANGUAGES)
      expect(new Set(RELATIONS.map((type) => relationLabel(type, language))).size).toBe(RELATIONS.length);
  });

  it('names fifteen categories, each of its own name in both languages', () => {
    expect(DOCUMENT_CATEGORIES).toHaveLength(15);
    for (const language of LANGUAGES)
      expect(new Set(DOCUMENT_CATEGORIES.map((category) => categoryLabel(category, language))).size).toBe(15);
    expect(categoryLabel('summary', 'fr')).toBe('Ma santé en résumé');
  });
});

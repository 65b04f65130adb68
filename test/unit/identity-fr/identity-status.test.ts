import { describe, expect, it } from 'vitest';
import {
  describeIdentityStatus,
  IDENTITY_LABELS,
  type IdentityStatus,
  statedIdentityStatus,
  stepsToStatus,
} from '../../../src/identity-fr/index.js';
import { refusalOf } from './refusal.js';

const ALL: IdentityStatus[] = ['PROV', 'RECUP', 'VALI', 'QUAL'];

describe('the status of an identity', () => {
  it('takes INSi, a document, or both and traits that agree', () => {
    const [insi, document, traits] = ['ins-retrieval', 'document-check', 'traits-coherence'];
    const table = Object.fromEntries(ALL.map((from) => [from, ALL.map((to) => stepsToStatus(from, to))]));
    expect(table).toEqual({
      PROV: [[], [insi], [document], [insi, document, traits]],
      RECUP: [null, [], null, [document, traits]],
      VALI: [null, null, [], [insi, traits]],
      QUAL: [null, null, null, []],
    });
    expect(refusalOf(() => stepsToStatus('PROV', 'toString' as never))).toBe('usage/invalid to');
    expect(refusalOf(() => stepsToStatus(null as never, 'QUAL'))).toBe('usage/invalid from');
  });

  it('is passed on with who says it, and never as verified', () => {
    for (const status of ALL)
      for (const kind of [
        'holder',
        'carer',
        'professional',
        'structure',
        'document',
        'datamatrix',
      ] as const) {
        const stated = statedIdentityStatus({ status, by: { kind } });
        expect(stated).toEqual({ status, attributes: [], by: { kind }, verified: false });
        expect(Object.isFrozen(stated)).toBe(true);
        expect(describeIdentityStatus(stated, 'fr')).toContain(IDENTITY_LABELS.statedBy[kind].fr);
        expect(describeIdentityStatus(stated, 'fr')).toMatch(/selon .* ; non vérifié$/);
        expect(describeIdentityStatus(stated, 'en')).toMatch(/according to .*; not verified$/);
      }
  });

  it('is described in words', () => {
    const stated = statedIdentityStatus({
      status: 'QUAL',
      attributes: ['HOMD'],
      by: { kind: 'professional', name: 'Dr Martin' },
    });
    expect(describeIdentityStatus(stated, 'fr')).toBe(
      'Identité qualifiée, homonyme possible, selon un professionnel (Dr Martin) ; non vérifié',
    );
    expect(describeIdentityStatus(stated, 'en')).toBe(
      'Qualified identity, possible homonym, according to a professional (Dr Martin); not verified',
    );
  });

  it('is provisional when the identity is doubtful or fictitious', () => {
    const state = (status: IdentityStatus, ...attributes: string[]) =>
      refusalOf(() =>
        statedIdentityStatus({ status, attributes: attributes as never, by: { kind: 'structure' } }),
      );
    expect(state('PROV', 'DOUT', 'FICT')).toBe('ok');
    for (const status of ['RECUP', 'VALI', 'QUAL'] as const) {
      expect(state(status, 'DOUT')).toBe('usage/invalid attributes');
      expect(state(status, 'HOMA', 'FICT')).toBe('usage/invalid attributes');
      expect(state(status, 'HOMA', 'HOMD')).toBe('ok');
    }
    expect(state('PROV', 'OTHER')).toBe('usage/invalid attributes');
  });

  it('needs someone who says it', () => {
    const by = (value: unknown) =>
      refusalOf(() => statedIdentityStatus({ status: 'VALI', by: value as never }));
    for (const value of [undefined, null, {}, { kind: 'sdk' }, { kind: 'toString' }])
      expect(by(value)).toBe('usage/invalid by');
    expect(by({ kind: 'holder', name: 3 })).toBe('usage/invalid by');
    expect(by({ kind: 'holder', name: 'x'.repeat(201) })).toBe('format/malformed by length');
  });
});

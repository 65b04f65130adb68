import { describe, expect, it } from 'vitest';
import { fold } from '../../../src/search/fold.js';
import { singular } from '../../../src/search/plural.js';
import { indexedOf, spansOf } from '../../../src/search/words.js';

const formsOf = (text: string) => [...spansOf(text)].flatMap(({ terms }) => terms.map(({ form }) => form));

describe('folding', () => {
  it.each([
    ['Éléphant', 'elephant'],
    ['ŒDÈME', 'oedeme'],
    ['cæcum', 'caecum'],
    ['nai\u0308f', 'naif'],
    ['ﬁbrose', 'fibrose'],
    ['Straße', 'strasse'],
    ['İstanbul', 'istanbul'],
    ['ordon\u00ADnance', 'ordonnance'],
  ])('makes %s %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });
});

describe('the singular', () => {
  it.each([
    ['ordonnances', 'ordonnance'],
    ['medicaux', 'medical'],
    ['hopitaux', 'hopital'],
    ['cerveaux', 'cerveau'],
    ['genoux', 'genou'],
    ['travaux', 'travail'],
    ['allergies', 'allergie'],
    ['allergy', 'allergie'],
    ['toux', 'toux'],
    ['thorax', 'thorax'],
    ['os', 'os'],
    ['mass', 'mass'],
    ['constructor', 'constructor'],
  ])('of %s is %s', (word, one) => {
    expect(singular(word)).toBe(one);
  });
});

describe('the words of a text', () => {
  it.each([
    ['l’ordonnance d’Émilie, qu’elle', ['ordonnance', 'emilie', 'elle']],
    ["the patient's aujourd'hui", ['the', 'patient', 'aujourd', 'hui']],
    ['vitamine D, hépatite B', ['vitamine', 'd', 'hepatite', 'b']],
    ['500mg puis 500 mg', ['500', 'mg', 'puis', '500', 'mg']],
    ['37,5 °C = 37.5', ['37.5', 'c', '37.5']],
    ['HbA1c B12 J01CA04', ['hba1c', 'b12', 'j01ca04']],
    ['<b>gras</b> .*+?^{$}()|[]\\', ['b', 'gras', 'b']],
    ['', []],
    ['\u0301 … — !', []],
  ])('%s', (text, words) => {
    expect(formsOf(text)).toEqual(words);
  });

  it('are held in the singular, and as they are', () => {
    expect(indexedOf('Journaux')).toEqual(['journal', 'journaux']);
    expect(indexedOf('journal')).toEqual(['journal']);
  });

  it('of a million letters are cut', () => {
    expect(indexedOf('a'.repeat(1_000_000))).toEqual(['a'.repeat(40)]);
  });
});

import { describe, expect, it } from 'vitest';
import { expose } from '../../../src/crypto/secret.js';
import { generatePhrase, parsePhrase, type PhraseLanguage } from '../../../src/keys/phrase.js';
import { codeOf } from '../../support/code-of.js';
import { fromHex } from '../../support/hex.js';
import { seededRandom } from '../../support/seeded-random.js';

const parse = async (text: string) => expose(await parsePhrase(text));
const verdict = (text: unknown) => codeOf(() => parsePhrase(text as string));

describe.each(['en', 'fr'] as const)('a phrase in %s', (language: PhraseLanguage) => {
  it('has 24 words that read back to the secret they stand for', async () => {
    for (let i = 0; i < 20; i++) {
      const { words, entropy } = await generatePhrase(seededRandom(`${language} ${i}`), language);
      expect(words.normalize('NFKD').split(/\s/)).toHaveLength(24);
      expect(await parse(words)).toEqual(expose(entropy));
    }
  });

  it('reads the same however it is spaced, cased or composed', async () => {
    // With accents, in French.
    const { words, entropy } = await generatePhrase(seededRandom(`${language} 7`), language);
    const spellings = [
      words.normalize('NFC'),
      words.normalize('NFD'),
      words.normalize('NFC').toUpperCase(),
      words.normalize('NFD').toUpperCase(),
      `  ${words.split(/\s+/).join(' \n\t ')}\u00a0`,
      words.split(/\s+/).join('\u3000'),
    ];
    for (const spelling of spellings) expect(await parse(spelling)).toEqual(expose(entropy));
  });

  it('is refused with a word replaced, two exchanged, one missing or one more', async () => {
    const { words } = await generatePhrase(seededRandom(`${language} refused`), language);
    const list = words.normalize('NFKD').split(/\s/);
    const [first, second] = list as [string, string];
    const exchanged = [second, first, ...list.slice(2)];
    expect(await verdict(exchanged.join(' '))).toBe('format/phrase');
    expect(await verdict(list.with(3, 'xylophone').join(' '))).toBe('format/phrase');
    expect(await verdict(list.slice(1).join(' '))).toBe('format/phrase');
    expect(await verdict([...list, first].join(' '))).toBe('format/phrase');
  });
});

it('knows the phrases of the BIP-39 test vectors', async () => {
  expect(await parse(`${'abandon '.repeat(23)}art`)).toEqual(new Uint8Array(32));
  expect(await parse(`${'zoo '.repeat(23)}vote`)).toEqual(new Uint8Array(32).fill(255));
  const legal = 'legal winner thank year wave sausage worth useful';
  expect(await parse(`${legal} ${legal} legal winner thank year wave sausage worth title`)).toEqual(
    new Uint8Array(32).fill(0x7f),
  );
  const text =
    'hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word shrug inflict delay length';
  expect(await parse(text)).toEqual(
    fromHex('68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c'),
  );
});

it('refuses what is no phrase', async () => {
  for (const text of [
    '',
    ' ',
    `${'abandon '.repeat(23)}abandon`,
    `${'abandon '.repeat(11)}about`,
    null,
    24,
  ]) {
    expect(await verdict(text)).toBe('format/phrase');
  }
});

it('refuses words of two languages together', async () => {
  const { words } = await generatePhrase(seededRandom('fr 3'), 'fr');
  expect(await verdict(`abandon ${words.split(/\s+/).slice(1).join(' ')}`)).toBe('format/phrase');
});

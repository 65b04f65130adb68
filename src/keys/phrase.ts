import type { RandomBytes } from '../crypto/random.js';
import { Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import { load } from '../load.js';

/** The languages in which recovery phrases are made; every language is understood when one is read. */
export type PhraseLanguage = 'en' | 'fr';

/** 256 bits as 24 words, the only thing that opens a vault when every device is lost. */
export type PhraseEntropy = Secret<'phrase'>;

/** Generates a recovery phrase: 24 words of BIP-39, in English or French, and the secret they stand for. */
export async function generatePhrase(
  random: RandomBytes,
  language: PhraseLanguage,
): Promise<{ readonly words: string; readonly entropy: PhraseEntropy }> {
  const [{ entropyToMnemonic }, wordlist] = await Promise.all([loadBip39(), wordlistOf(language)]);
  const entropy = random(32);
  return { words: entropyToMnemonic(entropy, wordlist), entropy: Secret.of('phrase', entropy) };
}

/**
 * Reads a recovery phrase in English or French, however it is spaced, cased or accented in Unicode.
 *
 * Throws `format/phrase` unless these are 24 known words with a right checksum. Only generated phrases pass the
 * checksum, so a made-up one is refused.
 */
export async function parsePhrase(text: string): Promise<PhraseEntropy> {
  const { mnemonicToEntropy } = await loadBip39();
  const words =
    typeof text === 'string'
      ? text
          .normalize('NFKD')
          .toLowerCase()
          .trim()
          .split(/[\s\u3000]+/)
      : [];
  if (words.length !== 24) throw new VaultError('format/phrase', { words: words.length });
  for (const language of ['en', 'fr'] as const) {
    const wordlist = await wordlistOf(language);
    try {
      return Secret.of('phrase', mnemonicToEntropy(words.join(' '), wordlist));
    } catch {
      // Not a phrase of this language; the next one may fit.
    }
  }
  throw new VaultError('format/phrase', { words: 24 });
}

const loadBip39 = () => load('bip39', () => import('@scure/bip39'));

async function wordlistOf(language: PhraseLanguage): Promise<string[]> {
  const { wordlist } =
    language === 'fr'
      ? await load('french', () => import('@scure/bip39/wordlists/french.js'))
      : await load('english', () => import('@scure/bip39/wordlists/english.js'));
  return wordlist;
}

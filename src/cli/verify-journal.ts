import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { explain, isVaultError, VaultError } from '../errors.js';
import { JOURNAL_BYTES_MAX } from '../records/journal-file.js';
import { verifyJournal } from '../vault/journal-verify.js';
import { describeJournal, type Language } from './describe-journal.js';

const USAGE = 'coffret verify-journal FILE [--lang en|fr]';

/**
 * Checks an exported journal and prints what is in it. Gives the exit code.
 *
 * 0 when it verifies, 1 with a sentence when it does not, 2 when it was called in a wrong way or there is no such file.
 */
export async function verifyJournalCommand(args: readonly string[]): Promise<0 | 1 | 2> {
  const asked = readArguments(args);
  if (asked === null) return wrong(USAGE);
  const { path, language } = asked;
  let file: Uint8Array | null;
  try {
    file = await readJournal(path);
  } catch (error) {
    return wrong((error as Error).message);
  }
  try {
    if (file === null) throw new VaultError('format/too-large');
    console.log(describeJournal(await verifyJournal(file), language));
    return 0;
  } catch (error) {
    if (!isVaultError(error)) throw error;
    console.error(`${error.code}: ${explain(error.code, language)}`);
    return 1;
  }
}

function readArguments(
  args: readonly string[],
): { readonly path: string; readonly language: Language } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { lang: { type: 'string', default: 'en' } },
      allowPositionals: true,
    });
    const [path, ...more] = positionals;
    const { lang } = values;
    if (path === undefined || more.length > 0 || (lang !== 'en' && lang !== 'fr')) return null;
    return { path, language: lang };
  } catch {
    return null;
  }
}

/** Null for a file that is longer than a journal can be. */
async function readJournal(path: string): Promise<Uint8Array | null> {
  if ((await stat(path)).size > JOURNAL_BYTES_MAX) return null;
  return new Uint8Array(await readFile(path));
}

function wrong(message: string): 2 {
  console.error(message);
  return 2;
}

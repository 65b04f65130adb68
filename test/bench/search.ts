import { systemRandom } from '../../src/crypto/random.js';
import { blobSizes } from '../../src/envelope/blob.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA, encodeDocument } from '../../src/records/document.js';
import type { SearchEntry } from '../../src/search/entry.js';
import { searchOf } from '../../src/search/search.js';
import type { NewRecord } from '../../src/vault/collection-writer.js';
import { storeFile } from '../../src/vault/document-files.js';
import { openSource } from '../../src/vault/file-source.js';
import { addDocuments } from './documents.js';
import { measure, timed } from './measure.js';
import { confirmAll, createParty, type Party, reopenParty } from './party.js';
import type { Row, Workload } from './row.js';

const COUNT = 10_000;
const QUERIES = 100;
const BYTES_PER_FILE = 250_000;

const SYLLABLES = (
  'car dio pa thie né phro lo gie gas tro en té ri te hé mo glo bi ne thy ro ï de pul mo nai re os téo po ' +
  'ro se neu ra lé der ma to se ar thri in su li a né mie lym pho me bron chi tu meur fi bro sca no'
).split(' ');
const COMMON = (
  'le la les un une des du de au aux et ou en dans pour par sur avec sans est été patient patiente docteur ' +
  'traitement examen résultat résultats normal normale compte rendu consultation ordonnance dose jour jours ' +
  'semaine mois contrôle suivi douleur antécédents allergie tension artérielle température poids hôpital ' +
  'service analyse sang taux élevé stable retour domicile rendez-vous prescription comprimé matin soir'
).split(' ');
const TITLES = [
  ...['Compte rendu de consultation', 'Ordonnance', 'Résultats d’analyses', 'Lettre de liaison'],
  ...['Radiographie du thorax', 'Échographie cardiaque', 'Certificat médical', 'Carnet de vaccination'],
];
const CATEGORIES = [
  'report',
  'prescription',
  'laboratory',
  'report',
  'imaging',
  'imaging',
  'certificate',
  'vaccination',
];
const NAMES = ['Martin', 'Bernard', 'Lefèvre', 'Moreau', 'Garnier', 'Rousseau', 'Fontaine', 'Chevalier'];

/** Numbers that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** French texts of about 250 words: frequent words in their share, and 20 000 rarer ones. */
export function frenchEntries(count: number): { readonly entries: SearchEntry[]; readonly words: string[] } {
  const random = numbers(42);
  const oneOf = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => oneOf(SYLLABLES)).join(''),
  );
  const rare = () => words[Math.floor(words.length ** random()) - 1] as string;
  const entries = Array.from({ length: count }, (_, i): SearchEntry => {
    const length = 100 + Math.floor(random() * 300);
    const text = Array.from({ length }, () => {
      const share = random();
      return share < 0.6 ? oneOf(COMMON) : share < 0.95 ? rare() : String(Math.floor(random() * 500));
    }).join(' ');
    const date = new Date(Date.UTC(2010, 0, 1 + Math.floor(random() * 5800))).toISOString().slice(0, 10);
    const title = `${oneOf(TITLES)} ${rare()}`;
    return {
      ...{ id: `itm_${String(i).padStart(6, '0')}`, version: '1', kind: 'document', title, text, date },
      ...{ details: [], people: [`Dr ${oneOf(NAMES)}`], author: null, category: oneOf(CATEGORIES) },
    };
  });
  return { entries, words };
}

/** One, two and three words, finished and not, with and without filters. */
function queriesOf(words: readonly string[]): readonly { readonly text: string; readonly filter: object }[] {
  const random = numbers(7);
  const rare = () => words[Math.floor(words.length ** random()) - 1] as string;
  const common = () => COMMON[Math.floor(random() * COMMON.length)] as string;
  return Array.from({ length: QUERIES }, (_, i) => {
    const filter = i % 5 === 0 ? { categories: ['laboratory'], from: '2015-01-01' } : {};
    const texts = [
      () => rare(),
      () => common(),
      () => `${common()} ${rare()}`,
      () => rare().slice(0, 3),
      () => common().slice(0, 2),
      () => `compte rendu de ${rare().slice(0, 4)}`,
      () => `${common()} ${common()} ${common()}`,
      () => `docteur ${NAMES[i % NAMES.length] as string} ${rare()}`,
      () => `résultats ${common()}`,
      () => rare().normalize('NFD').replace(/\p{M}/gu, ''),
    ];
    return { text: (texts[i % texts.length] as () => string)(), filter };
  });
}

/** A vault with these documents: every other one has its text as a file here, the rest are PDFs that are elsewhere. */
async function partyWith(entries: readonly SearchEntry[]): Promise<Party> {
  const party = await createParty();
  const { session } = party;
  const vault = [...session.vaults.values()][0]?.vault as Uint8Array;
  const sizes = blobSizes(BYTES_PER_FILE);
  const records: NewRecord[] = [];
  for (const [i, { title, text, date }] of entries.entries()) {
    const isHere = i % 2 === 0;
    const elsewhere = () => {
      const { padded, chunks, stored } = sizes;
      const keys = { id: systemRandom(16), key: systemRandom(32), list: systemRandom(32) };
      return { ...keys, bytes: BYTES_PER_FILE, padded, stored, chunks };
    };
    const source = openSource(new TextEncoder().encode(text));
    const blob = isHere ? (await storeFile(session, vault, source, {})).blob : elsewhere();
    const body = encodeDocument({
      ...{ title, category: 'laboratory', date, name: '', added: i, blob },
      mediaType: isHere ? 'text/plain' : 'application/pdf',
    });
    records.push({ item: systemRandom(16), base: [], kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body });
  }
  await addDocuments(party, records);
  await confirmAll(party);
  return party;
}

/** Full text over a vault of 10 000 documents: a hundred queries, and what it takes to build, keep and open the index. */
export const search: Workload = {
  name: 'search',
  about: 'find words in the texts of documents',
  async run({ quick }) {
    const count = quick ? 500 : COUNT;
    const rounds = quick ? 1 : 3;
    const { entries, words } = frenchEntries(count);
    const party = await partyWith(entries);
    const { documents } = party.vault;
    const built = searchOf(party.vault);
    const build = await timed(() => built.update());
    const kept = (await party.store.scan({ prefix: 'cache/' })).reduce(
      (sum, { value }) => sum + value.length,
      0,
    );
    const open = await measure(rounds, async () => {
      const { person } = await reopenParty(party);
      const [vault] = person.vaults();
      if (vault === undefined || vault.documents.list().length !== count) throw new Error('no such vault');
      return timed(() => searchOf(vault).find('docteur'));
    });
    const put = await measure(quick ? 1 : 5, async (round) => {
      const file = new Blob([`Complément numéro ${String(round)}`], { type: 'text/plain' });
      await documents.add(file, { category: 'laboratory', title: 'Ajout' });
      return timed(() => built.update());
    });
    const queries = queriesOf(words);
    for (const { text, filter } of queries) await built.find(text, filter);
    const times: number[] = [];
    for (const { text, filter } of queries)
      times.push(await measure(rounds, () => timed(() => built.find(text, filter))));
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
    const slowest = queries[times.indexOf(at(1))]?.text ?? '';
    const found = await Promise.all(queries.map(({ text, filter }) => built.find(text, filter)));
    const hits = found.filter(({ total }) => total > 0).length;
    const characters = entries.reduce((sum, { text }, i) => sum + (i % 2 === 0 ? text.length : 0), 0);
    const of = `${String(count)} documents, half with text`;
    const row = (figure: string, value: number, from = ''): Row => {
      return { workload: of, figure, value, unit: 'ms', budget: null, from };
    };
    return [
      row('query, p50 of 100', at(0.5), `${String(hits)} found something`),
      {
        ...row('query, p95 of 100', at(0.95), `slowest ${at(1).toFixed(1)} ms: ${slowest}`),
        budget: { atMost: 20 },
      },
      row('build', build, `${(characters / 1e6).toFixed(1)} million characters, decrypted`),
      row('open what is kept, and find', open),
      { ...row('kept, sealed', kept / 1e6), unit: 'MB' },
      row('take in one new document', put),
    ];
  },
};

import type { Contact, Document, Person, Vault } from '../../src/index.js';
import { bytesToHex } from '../../src/formats/id.js';
import { bytesOf } from './actors.js';
import { type EvilStage, openEvilStage, type Watched } from './evil-stage.js';
import type { Lie } from './evil-transport.js';

export const text = (content: string) => new TextEncoder().encode(content);

/** Alice's laboratory results, which Dr Martin reads and adds to; some of it he has not pulled yet. */
export interface Scene {
  readonly stage: EvilStage;
  readonly alice: Watched;
  readonly vault: Vault;
  /** The laboratory collection, in hexadecimal. */
  readonly laboratory: string;
  /** Alice's collection of imaging, which Martin may not read. */
  readonly imaging: string;
  readonly martinAsContact: Contact;
  /** How many ops Martin had verified when his disk was copied. */
  readonly known: number;
  /** The ops of the laboratory, all of them honest. */
  ops(): Uint8Array[];
  /** Martin as he was after his first sync, with his own copy of his disk, in the hands of these lies. */
  martin(
    lies?: readonly Lie[],
    options?: { readonly now?: () => number; readonly url?: string },
  ): Promise<Watched>;
  /** The name of the newest copy of Martin's disk. */
  lastCopy(): string;
  close(): Promise<void>;
}

/** What Martin can see before any lie. */
export const KNOWN_TITLES = ['HbA1c', 'TSH'];
/** What Alice wrote after that. */
export const LATER_TITLES = ['Ferritin', 'Vitamin D', 'Creatinine'];

/** Plays the honest part; every attack begins where it ends. */
export async function openScene(seed: string): Promise<Scene> {
  const stage = await openEvilStage(seed);
  const alice = await stage.enter('alice');
  const martin = await stage.enter('martin', { kind: 'professional' });
  const vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
  // One new log at a time, so that the newest is known.
  await requireSync(alice.person);
  await vault.documents.add(text('a shadow'), { category: 'imaging', title: 'Scan' });
  await requireSync(alice.person);
  const imaging = newest(stage);
  for (const title of KNOWN_TITLES)
    await vault.documents.add(text(`${title} 1.0`), { category: 'laboratory', title });
  await requireSync(alice.person);
  const laboratory = newest(stage);
  await martin.person.createVault({ holder: { birthName: 'Martin' } });
  await requireSync(martin.person);
  const martinAsContact = await alice.person.people.add(martin.person.contactCard());
  await vault.share({ with: martinAsContact, category: 'laboratory', role: 'contributor' });
  await requireSync(alice.person);
  await requireSync(martin.person);
  const ops = () => stage.operator.ops(laboratory);
  const known = ops().length;
  await martin.person.close();
  for (const title of LATER_TITLES) {
    await vault.documents.add(text(`${title} 1.0`), { category: 'laboratory', title });
    await requireSync(alice.person);
  }
  let copies = 0;
  return {
    ...{ stage, alice, vault, laboratory, imaging, martinAsContact, known, ops },
    martin: (lies = [], options = {}) => {
      copies += 1;
      return stage.reopen('martin', { as: `martin-${copies}`, plan: lies, ...options });
    },
    lastCopy: () => `martin-${copies}`,
    close: () => stage.close(),
  };
}

/** Syncs, and fails the test when anything was left undone. */
export async function requireSync(person: Person): Promise<void> {
  const { failed, pending } = await person.sync();
  if (failed.length > 0 || pending > 0) throw new Error(`sync left ${pending} and ${JSON.stringify(failed)}`);
}

/** Titles and contents of all that a reader was shown, for comparing with what was written. */
export async function shownTo(person: Person): Promise<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const share of person.sharedWithMe()) {
    for (const document of share.list()) {
      const bytes = await bytesOf(share.read(document.id));
      shown[document.title] = new TextDecoder().decode(bytes);
    }
  }
  return shown;
}

/** What `shownTo` must give for these titles. */
export function written(titles: readonly string[]): Record<string, string> {
  return Object.fromEntries(titles.map((title) => [title, `${title} 1.0`]));
}

export const titlesOf = (documents: readonly Document[]) => documents.map(({ title }) => title).sort();

function newest(stage: EvilStage): string {
  const [row] = stage.operator.query<{ collection: Uint8Array }>(
    'select collection from logs order by rowid desc limit 1',
  );
  return bytesToHex(new Uint8Array((row as { collection: Uint8Array }).collection));
}

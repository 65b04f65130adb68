import { readFile, writeFile } from 'node:fs/promises';
import type { Document, DocumentCategory, Id, Person, Progress, Vault } from 'coffret';
import { documentsOf } from 'coffret/documents';
import {
  CDA_LIMITS,
  type CdaDocument,
  compareIdentity,
  dayOfDocument,
  filingOf,
  readCda,
  SNIFF_BYTES,
  sniff,
} from 'coffret/interop';
import { searchOf } from 'coffret/search';
import type { FileOnDisk } from './actor.js';

type Verdict = ReturnType<typeof compareIdentity>['verdict'];

/** A file to file: `acknowledged` is what a person said who looked at whom it is about. */
interface FileToFile extends FileOnDisk {
  readonly acknowledged?: 'anyone';
}

/** What became of a file. */
export interface Filed {
  readonly id: Id<'item'>;
  readonly category: DocumentCategory;
  readonly clinical: Clinical | null;
}

/** A clinical document, as the director prints it. */
export interface Clinical {
  readonly title: string;
  readonly day: string;
  readonly author: string;
  readonly about: Verdict;
  readonly found: string;
}

/** What one process can show its person, mask and all. */
export interface Seen {
  readonly name: string;
  readonly masked: boolean;
}

/** What a person does with the documents of a record; arguments and results are plain JSON. */
export function createRecordVerbs(
  me: () => Person,
  vault: () => Vault,
  { open, onProgress }: { open(path: string, size: number): object; onProgress(progress: Progress): void },
) {
  return {
    /** Files a file: a clinical document with all that it says of itself, any other as it is. */
    async file({ path, size, acknowledged, ...metadata }: FileToFile): Promise<Filed> {
      const cda = await clinicalAt(path, size);
      const source = open(path, size) as Parameters<Vault['documents']['add']>[0];
      if (cda === null) {
        const { id, category } = await vault().documents.add(source, metadata, { onProgress });
        return { id, category, clinical: null };
      }
      const identity = compareIdentity(cda.patient, vault().holder);
      const said = { ...metadata, ...filingOf(cda) };
      const looked =
        acknowledged === 'anyone' && identity.verdict !== 'match' ? { acknowledged: identity.verdict } : {};
      const { id, category } = await documentsOf(vault()).file(
        source,
        said,
        { identity, ...looked },
        { onProgress },
      );
      return { id, category, clinical: clinicalOf(cda, identity.verdict) };
    },

    mask: ({ id, from }: { id: Id<'item'>; from: 'professionals' | Id<'person'>[] }) =>
      vault().documents.mask(id, { from }),

    unmask: ({ id }: { id: Id<'item'> }) => vault().documents.unmask(id),

    /** Every document that this process can list, its own and what was shared with it. */
    async seen(): Promise<Seen[]> {
      const own = me()
        .vaults()
        .flatMap(({ documents }) => documents.list());
      const shared = me()
        .sharedWithMe()
        .flatMap((share) => share.list());
      return [...own, ...shared].map(({ name, masked }: Document) => ({ name, masked: masked !== null }));
    },

    async find({ text }: { text: string }) {
      const search = searchOf(vault());
      await search.update();
      const { hits, total } = await search.find(text);
      return { total, hits: hits.map(({ id, title, snippet }) => ({ id, title, text: snippet.text })) };
    },

    acknowledgeReads: () => me().acknowledgeReads(true),

    /** The lines of each list of the journal; all of it goes into a file. */
    async journal({ path }: { path: string }) {
      const { journal } = vault();
      await writeFile(path, await journal.export());
      const others = new Map(
        me()
          .people.list()
          .map(({ id, name }) => [id, name]),
      );
      const whose = (id: Id<'person'>) => (id === me().id ? me().name : (others.get(id) ?? id.slice(0, 12)));
      const at = (time: number) => new Date(time).toISOString().slice(11, 19);
      const grants = journal.grants().map(({ person, category, ended }) => {
        return [whose(person), category ?? 'single documents', ended === null ? 'in force' : 'ended'];
      });
      const receipts = journal
        .receipts()
        .map(({ person, items, time }) => [whose(person), `${items.length} read`, at(time)]);
      const fetches = (await journal.fetches()).map(({ person, what, changes, category, time }) => {
        return [whose(person), `${changes ?? 'a'} ${what}`, category ?? '', at(time)];
      });
      return { grants, receipts, fetches };
    },
  };
}

/** Null for what is none, by its bytes. */
async function clinicalAt(path: string, size: number): Promise<CdaDocument | null> {
  if (size > CDA_LIMITS.bytesMax) return null;
  const bytes = new Uint8Array(await readFile(path));
  return sniff(bytes.subarray(0, SNIFF_BYTES)).kind === 'cda' ? readCda(bytes) : null;
}

function clinicalOf(cda: CdaDocument, about: Verdict): Clinical {
  const { title, authors, sections, files, results, vaccinations, measures } = cda;
  const found = Object.entries({ sections, files, results, vaccinations, measures })
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => `${list.length} ${name}`);
  return {
    ...{ title: title ?? '', day: dayOfDocument(cda) ?? '', about, found: found.join(', ') },
    author: authors[0]?.name?.text ?? authors[0]?.organization?.name ?? '',
  };
}

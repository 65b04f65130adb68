import { memo, Suspense } from 'react';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  DOCUMENTS_KINDS,
  documentsOf,
  type FiledDocument,
  type FilingCabinet,
} from '../../../src/documents/index.js';
import type { Id } from '../../../src/index.js';
import {
  type AnyPerson,
  type AnyVault,
  useFiledDocument,
  useFiledDocuments,
  useFiling,
  useFolders,
  useJournalFetches,
  useJournalGrants,
  useJournalReceipts,
  VaultProvider,
} from '../../../src/react/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { show, watchConsole } from '../../support/react-scene.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

describe.each(['on the page', 'in a worker'])(
  'documents as they are filed, of a vault %s, in components',
  (where) => {
    watchConsole();
    let stage: Stage;
    let party: WorkerParty;
    let alice: AnyPerson;
    let vault: AnyVault;
    beforeAll(async () => {
      stage = await openStage();
      party = openWorkerParty(stage, DOCUMENTS_KINDS);
      alice = where === 'on the page' ? await stage.enter('alice') : await party.enter('alice');
      vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    });
    afterAll(async () => {
      party.close();
      await stage.close();
    });

    it('lists them with what their holder says, and renders only the one that changed', async () => {
      const add = (title: string, category: 'report' | 'imaging') =>
        vault.documents.add(new Blob([title]), { category, title });
      const report = await add('Report', 'report');
      const scan = await add('Scan', 'imaging');
      let cabinet: FilingCabinet | null | undefined;
      const rendered: string[] = [];
      const Row = memo(function Row({ document }: { readonly document: FiledDocument }) {
        rendered.push(document.title);
        return <>{`${document.title}${document.pinned ? ' pinned' : ''} `}</>;
      });
      function All() {
        cabinet = useFiling();
        const { data } = useFiledDocuments({}, { suspense: true });
        expectTypeOf(data).toEqualTypeOf<readonly FiledDocument[]>();
        const folders = useFolders().data?.map(({ value }) => value.name);
        const inNone = useFiledDocuments({ folder: null }).data?.length;
        const reports = useFiledDocuments({ category: 'report' }).data?.length;
        return (
          <p>
            {data.map((document) => (
              <Row key={document.id} document={document} />
            ))}
            {`; ${folders?.join()}; ${inNone} in none, ${reports} reports`}
          </p>
        );
      }
      const scene = show(
        <VaultProvider person={alice}>
          <Suspense fallback={<p>waiting</p>}>
            <All />
          </Suspense>
        </VaultProvider>,
        { strict: false },
      );
      await scene.reads('Scan Report ; ; 2 in none, 1 reports');
      expect(cabinet).toBe(documentsOf(vault));
      rendered.length = 0;
      await cabinet?.setTitle(report.id, 'My report');
      await scene.reads('Scan My report ; ; 2 in none, 1 reports');
      expect(rendered).toEqual(['My report']);
      await cabinet?.pin(report.id, true);
      const folder = await cabinet?.createFolder('Heart');
      await cabinet?.moveTo(scan.id, folder?.id ?? null);
      await scene.reads('My report pinned Scan ; Heart; 1 in none, 1 reports');
      await vault.documents.remove(scan.id);
      await scene.reads('My report pinned ; Heart; 1 in none, 1 reports');
    });

    it('follows one, until it is gone and again when it is back', async () => {
      const { id } = await vault.documents.add(new Blob(['x']), {
        ...{ category: 'report', title: 'Result', about: { notYetAnnounced: true } },
      });
      function One({ id: shown }: { readonly id: Id<'item'> }) {
        const { data, pending } = useFiledDocument(shown);
        return <p>{pending ? 'pending' : data === null ? 'none' : `${data?.title} ${data?.askFirst}`}</p>;
      }
      const scene = show(
        <VaultProvider person={alice}>
          <One id={id} />
        </VaultProvider>,
      );
      await scene.reads('Result true');
      await documentsOf(vault).acknowledge(id);
      await scene.reads('Result false');
      await vault.documents.remove(id);
      await scene.reads('none');
      await vault.documents.restore(id);
      await scene.reads('Result false');
    });

    it('follows the lists of the journal', async () => {
      function Journal() {
        const grants = useJournalGrants().data?.map(({ category, ended }) => `${category} ${ended === null}`);
        return (
          <p>
            {`${grants?.join()}; ${useJournalReceipts().data?.length}; ${useJournalFetches().data?.length === undefined}`}
          </p>
        );
      }
      const scene = show(
        <VaultProvider person={alice}>
          <Journal />
        </VaultProvider>,
      );
      await scene.reads(/^; 0; (true|false)$/);
      const martin = await stage.enter(`martin ${where}`, { kind: 'professional' });
      await martin.acknowledgeReads(true);
      await martin.sync();
      const grant = await vault.share({
        ...{ with: await alice.people.add(martin.contactCard()), category: 'report' },
      });
      await scene.reads(/^report true; 0;/);
      await alice.sync();
      await martin.sync();
      for (const share of martin.sharedWithMe())
        for (const { id } of share.list()) await (await share.blob(id)).text();
      await martin.sync();
      await alice.sync();
      await scene.reads(/^report true; [1-9]; false$/);
      await vault.revoke(grant);
      await scene.reads(/^report false; [1-9]; false$/);
    });
  },
);

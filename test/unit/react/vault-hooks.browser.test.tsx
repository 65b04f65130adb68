import { memo, Suspense } from 'react';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { defineKind, type Document, type Id, type Person, type Vault } from '../../../src/index.js';
import {
  InVault,
  Preview,
  useDocument,
  useDocumentBlob,
  useDocuments,
  useGrants,
  useHealth,
  useLive,
  usePeople,
  usePerson,
  useRecord,
  useRecords,
  useShares,
  useSyncMessage,
  useSyncState,
  useVault,
  useVaults,
  VaultProvider,
} from '../../../src/react/index.js';
import { addDocuments, documentRecords } from '../../bench/documents.js';
import { createParty } from '../../bench/party.js';
import { openStage, type Stage } from '../../support/actors.js';
import { show, watchConsole } from '../../support/react-scene.js';

const MANY = 1000;

describe("a person's vault in components", () => {
  watchConsole();
  let stage: Stage;
  let alice: Person;
  let vault: Vault;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterAll(() => stage.close());
  afterEach(async () => {
    for (const { id } of vault.documents.list()) await vault.documents.remove(id);
  });

  const add = (title: string, category: 'laboratory' | 'imaging' = 'laboratory', content = title) =>
    vault.documents.add(new Blob([content], { type: 'text/plain' }), { category, title });

  function Titles({ category }: { readonly category?: 'laboratory' | 'imaging' }) {
    const { data, pending } = useDocuments(category === undefined ? {} : { category });
    return <p>{pending ? 'pending' : data?.map(({ title }) => title).join(', ') || 'none'}</p>;
  }

  it('lists documents, of one category or all, as they come, change and go', async () => {
    const scene = show(
      <VaultProvider person={alice}>
        <Titles />
        <Titles category="imaging" />
      </VaultProvider>,
    );
    await scene.reads('none\n\nnone');
    const tsh = await add('TSH');
    await scene.reads('TSH\n\nnone');
    await add('Scan', 'imaging');
    await scene.reads(/^(TSH, Scan|Scan, TSH)\n\nScan$/);
    await vault.documents.update(tsh.id, { title: 'TSH, corrected' });
    await scene.reads(/TSH, corrected/);
    await vault.documents.remove(tsh.id);
    await scene.reads('Scan\n\nScan');
  });

  it('shows one document, and that it is gone', async () => {
    const { id } = await add('TSH');
    function One() {
      const { data } = useDocument(id);
      return <p>{data === null ? 'none' : data?.title}</p>;
    }
    const scene = show(
      <VaultProvider person={alice}>
        <One />
      </VaultProvider>,
    );
    await scene.reads('TSH');
    await vault.documents.update(id, { title: 'TSH, corrected' });
    await scene.reads('TSH, corrected');
    await vault.documents.remove(id);
    await scene.reads('none');
  });

  it(`renders of ${MANY} rows only the one whose document changed`, async () => {
    const party = await createParty();
    const { person, vault: pile } = party;
    await addDocuments(party, documentRecords(MANY));
    const given = pile.documents.list();
    const rendered: string[] = [];
    const Row = memo(function Row({ document }: { readonly document: Document }) {
      rendered.push(document.title);
      return <li>{document.title}</li>;
    });
    function Rows() {
      const { data: documents } = useDocuments({}, { suspense: true });
      return (
        <ul>
          {documents.map((document) => (
            <Row key={document.id} document={document} />
          ))}
        </ul>
      );
    }
    const scene = show(
      <VaultProvider person={person}>
        <Rows />
      </VaultProvider>,
      { strict: false },
    );
    const rows = () => scene.container.querySelectorAll('li').length;
    await vi.waitFor(() => expect(rows()).toBe(MANY), { timeout: 15_000 });
    expect(rendered).toHaveLength(MANY);
    rendered.length = 0;
    await pile.documents.update(given[500]?.id as Id<'item'>, { title: 'TSH, corrected' });
    await scene.reads(/TSH, corrected/);
    expect(rendered).toEqual(['TSH, corrected']);
    await pile.documents.remove(given[7]?.id as Id<'item'>);
    await vi.waitFor(() => expect(rows()).toBe(MANY - 1));
    await pile.documents.add(new Blob(['x']), { category: 'imaging', title: 'Scan' });
    await scene.reads(/Scan/);
    expect(rendered).toEqual(['TSH, corrected', 'Scan']);
    scene.unmount();
    await person.close();
  });

  it('shows who is known, what is shared with whom, and what was received', async () => {
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const text = (values: readonly string[] | undefined) => values?.join(', ') || 'none';
    function Giving() {
      const people = usePeople().data?.map(({ name }) => name);
      const grants = useGrants().data?.map(({ category }) => category ?? '');
      return <p>{`${text(people)} / ${text(grants)}`}</p>;
    }
    function Received() {
      const [share] = useShares().data ?? [];
      const { data } = useLive(share?.live() ?? null);
      return (
        <p>{share === undefined ? 'none' : `${share.status}: ${text(data?.map(({ title }) => title))}`}</p>
      );
    }
    const scene = show(
      <>
        <VaultProvider person={alice}>
          <Giving />
        </VaultProvider>
        <VaultProvider person={martin}>
          <Received />
        </VaultProvider>
      </>,
    );
    await scene.reads('none / none\n\nnone');
    const doctor = await alice.people.add(martin.contactCard());
    await scene.reads('martin / none\n\nnone');
    await add('TSH');
    const grant = await vault.share({ with: doctor, category: 'laboratory' });
    await scene.reads('martin / laboratory\n\nnone');
    await alice.sync();
    await martin.sync();
    await scene.reads('martin / laboratory\n\nopen: TSH');
    await vault.revoke(grant);
    await alice.sync();
    await martin.sync();
    await scene.reads('martin / none\n\nrefused: TSH');
  });

  it('shows how the sync and the device stand', async () => {
    function Standing() {
      const { data: sync } = useSyncState();
      const { data: health } = useHealth();
      return <p>{`${sync?.state} ${sync?.pending} ${health?.unsent} ${health?.recoverable}`}</p>;
    }
    await alice.sync();
    const scene = show(
      <VaultProvider person={alice}>
        <Standing />
      </VaultProvider>,
    );
    await scene.reads('synced 0 0 false');
    await add('TSH');
    await scene.reads(/^pending (\d) \1 false$/);
    await alice.sync();
    await scene.reads('synced 0 0 false');
  });

  it('says in a sentence how the sync stands, in the language of the page', async () => {
    function Sentence() {
      return <p>{useSyncMessage()}</p>;
    }
    await alice.sync();
    const scene = show(
      <>
        <VaultProvider person={alice} language="fr">
          <Sentence />
        </VaultProvider>
        <VaultProvider person={alice} language="en">
          <Sentence />
        </VaultProvider>
      </>,
    );
    await scene.reads('Tout est envoyé.\n\nEverything is sent.');
    await alice.people.add(alice.contactCard());
    await scene.reads('À envoyer : 1.\n\nTo be sent: 1.');
    await stage.crash();
    await expect(alice.sync()).rejects.toThrow('sync/offline');
    await scene.reads(/^Le serveur est injoignable ; rien n'est perdu\. À envoyer : 1\./);
    await stage.restart();
    await alice.sync();
    await scene.reads('Tout est envoyé.\n\nEverything is sent.');
  });

  it('follows records of any kind, all or some or one', async () => {
    const WEIGHT = defineKind<{ readonly grams: number; readonly by: string }>({
      ...{ kind: 'test.weight', schema: 1, collection: 'test-weights' },
      parse: (value) => value as { grams: number; by: string },
    });
    const weights = vault.records(WEIGHT);
    const { id } = await weights.add({ grams: 62_000, by: 'alice' });
    const grams = (items: readonly { readonly value: { readonly grams: number } }[] | undefined) =>
      items?.map(({ value }) => value.grams).join(' ') || 'none';
    function Weights() {
      const all = useRecords(WEIGHT).data;
      const waiting = useRecords(WEIGHT, { where: { by: 'karim' } }, { suspense: true }).data;
      const one = useRecord(WEIGHT, id).data;
      return <p>{`${grams(all)} / ${grams(waiting)} / ${one === null ? 'none' : one?.value.grams}`}</p>;
    }
    const scene = show(
      <VaultProvider person={alice}>
        <Weights />
      </VaultProvider>,
    );
    await scene.reads('62000 / none / 62000');
    await weights.add({ grams: 61_500, by: 'karim' });
    await weights.update(id, { grams: 62_100 });
    await scene.reads(/^(61500 62100|62100 61500) \/ 61500 \/ 62100$/);
    await weights.remove(id);
    await scene.reads('61500 / 61500 / none');
  });

  it('speaks of the first vault, of the one it is given, or of none', async () => {
    function Names() {
      const { data: vaults } = useVaults();
      const mine = useVault();
      const second = useVault(vaults?.at(-1)?.id);
      const name = (one: typeof mine) => (one === undefined ? 'loading' : (one?.holder?.birthName ?? 'none'));
      return <p>{`${vaults?.length} ${name(mine)} ${name(second)}`}</p>;
    }
    const child = await alice.createVault({ holder: { birthName: 'Child' } });
    const nobody = await stage.enter('nobody');
    const scene = show(
      <>
        <VaultProvider person={alice}>
          <Names />
          <InVault vault={child}>
            <Names />
          </InVault>
        </VaultProvider>
        <VaultProvider person={nobody}>
          <Names />
          <Titles />
        </VaultProvider>
      </>,
    );
    await scene.reads(/^\d Martel Child\n\n\d Child Child\n\n0 none none\n\nnone$/);
  });

  it('waits in the nearest boundary, for all of them', async () => {
    function All({ id }: { readonly id: Id<'item'> }) {
      const waits = { suspense: true } as const;
      const person = usePerson();
      expectTypeOf(useDocuments().data).toEqualTypeOf<readonly Document[] | undefined>();
      expectTypeOf(useDocuments({}, waits).data).toEqualTypeOf<readonly Document[]>();
      expectTypeOf(useDocument(id, { suspense: true }).data).toEqualTypeOf<Document | null>();
      const counts = [
        useVaults(waits).data.length > 0,
        useDocuments({}, waits).data.length,
        useDocument(id, waits).data?.title,
        usePeople(waits).data.length > 0,
        useGrants(waits).data.length,
        useShares(waits).data.length,
        useSyncState(waits).data.frozen.length,
        useHealth(waits).data.damaged,
      ];
      return <p>{[person.id === alice.id, ...counts].join(' ')}</p>;
    }
    const { id } = await add('TSH');
    const scene = show(
      <VaultProvider person={alice}>
        <Suspense fallback={<p>waiting</p>}>
          <All id={id} />
        </Suspense>
      </VaultProvider>,
    );
    await scene.reads(/^true true 1 TSH true \d 0 0 0$/);
  });

  describe('useDocumentBlob', () => {
    function File({ document }: { readonly document: Document | null | undefined }) {
      const { data, pending, error, message } = useDocumentBlob(document);
      return <p>{pending ? 'pending' : (message ?? error?.code ?? `${data?.size} bytes, ${data?.type}`)}</p>;
    }
    function Current({ id }: { readonly id: Id<'item'> }) {
      return <File document={useDocument(id).data} />;
    }

    it('gives the file, and the next version of it', async () => {
      const { id } = await add('TSH', 'laboratory', 'TSH 2.1');
      const scene = show(
        <VaultProvider person={alice}>
          <Current id={id} />
        </VaultProvider>,
      );
      await scene.reads('7 bytes, text/plain');
      await vault.documents.replace(id, new Blob(['TSH 2.15'], { type: 'text/plain' }));
      await scene.reads('8 bytes, text/plain');
    });

    it('says what is wrong with it', async () => {
      const document = await add('TSH');
      await vault.documents.erase(document.id);
      const scene = show(
        <VaultProvider person={alice}>
          <File document={document} />
        </VaultProvider>,
      );
      await scene.reads('There is nothing with this id.');
    });

    it('is aborted when the component goes', async () => {
      const document = await add('TSH', 'laboratory', 'x'.repeat(5_000_000));
      const begun: { readonly signal: AbortSignal | undefined; readonly blob: Promise<Blob> }[] = [];
      const read = vault.documents.blob.bind(vault.documents);
      let unmount = () => {};
      vi.spyOn(vault.documents, 'blob').mockImplementation((id, options) => {
        const blob = read(id, options);
        begun.push({ signal: options?.signal, blob });
        queueMicrotask(() => unmount());
        return blob;
      });
      const scene = show(
        <VaultProvider person={alice}>
          <File document={document} />
        </VaultProvider>,
        { strict: false },
      );
      unmount = scene.unmount;
      await vi.waitFor(() => expect(begun).toHaveLength(1));
      const [{ signal, blob }] = begun as [(typeof begun)[0]];
      await expect(blob).rejects.toThrow('usage/aborted');
      expect(signal?.aborted).toBe(true);
    });
  });

  describe('Preview', () => {
    it('shows a document in a frame that may do nothing, then its next version', async () => {
      const { id } = await add('TSH', 'laboratory', 'TSH 2.1 <script>alert(1)</script>');
      function Current() {
        const { data } = useDocument(id);
        return data ? <Preview document={data} className="paper" fallback={<p>waiting</p>} /> : null;
      }
      const scene = show(
        <VaultProvider person={alice} language="en">
          <Current />
        </VaultProvider>,
      );
      const frames = () => [...scene.container.querySelectorAll('iframe')];
      await scene.reads('waiting');
      await vi.waitFor(() => expect(frames()).toHaveLength(1), { timeout: 15_000 });
      const [first] = frames();
      expect(first?.getAttribute('sandbox') ?? 'none').not.toMatch(/none|allow-(scripts|top|popups|forms)/);
      expect(scene.container.innerHTML).not.toContain('<script');
      await vi.waitFor(() => expect(scene.container.firstElementChild?.ariaBusy).toBe('false'));
      expect(scene.text()).not.toContain('waiting');
      await vault.documents.replace(id, new Blob(['TSH 2.15']));
      await vi.waitFor(() => expect(frames().filter((frame) => frame !== first)).toHaveLength(1), {
        timeout: 15_000,
      });
      await vi.waitFor(() => expect(frames()).toHaveLength(1));
    });

    it('says what is wrong in the language of the provider', async () => {
      const document = await add('TSH');
      await vault.documents.erase(document.id);
      const scene = show(
        <VaultProvider person={alice} language="fr">
          <Preview document={document} />
        </VaultProvider>,
      );
      await scene.reads('Rien ne porte cet identifiant.');
      expect(scene.container.querySelector('[role=alert]')).not.toBeNull();
    });
  });
});

import { Suspense } from 'react';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type AnyVault,
  type DeviceView,
  useAction,
  useDevice,
  useDocumentBlob,
  useDocuments,
  useGrants,
  usePeople,
  usePerson,
  useSyncMessage,
  useVault,
  VaultProvider,
} from '../../src/react/index.js';
import { openVaultInWorker } from '../../src/worker/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { show, watchConsole } from '../support/react-scene.js';

const passphrase = passphraseOf('alice');

describe('Alice keeps her vault in a worker, and sees it in React', () => {
  watchConsole();
  const name = crypto.randomUUID();
  let stage: Stage;
  let device: DeviceView;
  let started = 0;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await (await openVaultInWorker({ name })).destroy();
    await stage.close();
  });

  function App() {
    device = useDevice();
    const vault = useVault();
    if (vault) return <Record vault={vault} />;
    return (
      <p>
        {device.state} {device.message}
      </p>
    );
  }

  function Record({ vault }: { readonly vault: AnyVault }) {
    const person = usePerson();
    const { data: documents } = useDocuments({}, { suspense: true });
    const { data: people = [] } = usePeople();
    const { data: grants = [] } = useGrants();
    const { data: file } = useDocumentBlob(documents[0]);
    const add = useAction((text: string, work) =>
      vault.documents.add(
        new File([text], 'TSH.txt', { type: 'text/plain' }),
        { category: 'laboratory' },
        work,
      ),
    );
    const share = useAction(async (card: string) => {
      await vault.share({ with: await person.people.add(card), category: 'laboratory' });
    });
    run = { add: add.run, share: share.run };
    return (
      <>
        <h1>{vault.holder?.birthName}</h1>
        <p>
          {documents.map(({ title }) => title).join()} {file?.size} {add.message} {share.message}
        </p>
        <p>{people.map((contact) => contact.name).join()}</p>
        <p>{grants.length} given</p>
        <p>{useSyncMessage()}</p>
      </>
    );
  }
  let run: {
    readonly add: (text: string) => Promise<unknown>;
    readonly share: (card: string) => Promise<unknown>;
  };

  const app = () => (
    <VaultProvider
      language="en"
      source={() => {
        started += 1;
        return openVaultInWorker({ name });
      }}
    >
      <Suspense fallback={<p>waiting</p>}>
        <App />
      </Suspense>
    </VaultProvider>
  );

  it('creates, adds, shares, locks and opens again; no worker is left, and none was started twice', async () => {
    const before = await workersAlive();
    const scene = show(app());
    await scene.reads('empty');
    expect(await workersAlive()).toBe(before + 1);
    const person = await device.create({ passphrase, server: stage.url, name: 'Alice', cost: FLOOR });
    await person?.createVault({ holder: { birthName: 'Martel' } });
    await scene.reads('Martel\n\n0 given\n\nEverything is sent.');

    await run.add('TSH 2.1');
    await scene.reads(/^Martel\n\nTSH.txt 7\n/);
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    await run.share(martin.contactCard());
    await scene.reads('Martel\n\nTSH.txt 7\n\nmartin\n\n1 given\n\nEverything is sent.');
    await martin.sync();
    expect(martin.sharedWithMe().map((share) => share.list().map(({ title }) => title))).toEqual([
      ['TSH.txt'],
    ]);
    await run.share('no card');
    await scene.reads(/The data is not in a form this version can read/);

    await device.lock();
    await scene.reads('locked');
    expect(scene.container.innerHTML).not.toContain('Martel');
    await vi.waitFor(async () => expect(await workersAlive()).toBe(before));
    await device.open({ passphrase });
    await scene.reads(/^Martel\n\nTSH.txt 7\n/);
    expect(started).toBe(1);

    scene.unmount();
    await vi.waitFor(async () => expect(await workersAlive()).toBe(before));
  });

  it('opens by itself while the device remembers, and asks again after a lock', async () => {
    const scene = show(app());
    await scene.reads('locked');
    const person = await device.open({ passphrase });
    await person?.stayUnlocked({ forMs: 60_000 });
    scene.unmount();
    const again = show(app());
    await again.reads(/^Martel/);
    await device.lock();
    await again.reads('locked');
    again.unmount();
    const last = show(app());
    await last.reads('locked');
    expect(device.error).toBeNull();
  });

  it('is emptied when another tab locks everything', async () => {
    const scene = show(app());
    await scene.reads('locked');
    await device.open({ passphrase });
    await scene.reads(/^Martel/);
    const elsewhere = await openVaultInWorker({ name });
    await elsewhere.openPerson({ passphrase });
    await elsewhere.lockEverywhere();
    await scene.reads('locked');
    expect(scene.container.innerHTML).not.toContain('Martel');
    await elsewhere.close();
  });
});

/** A worker of the SDK holds a lock of its own for as long as it is there. */
async function workersAlive(): Promise<number> {
  const { held = [] } = await navigator.locks.query();
  return held.filter((lock) => lock.name?.startsWith('coffret-worker-')).length;
}

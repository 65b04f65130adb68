import { Suspense, useEffect, useState } from 'react';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { VaultError } from '../../../src/errors.js';
import type { Person } from '../../../src/index.js';
import {
  type AnyPerson,
  type DeviceView,
  useDevice,
  useDocuments,
  usePerson,
  useSyncState,
  VaultProvider,
} from '../../../src/react/index.js';
import { createMemoryStore, type Store } from '../../../src/store/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../../support/actors.js';
import { createPageSource, type PageSource } from '../../support/page-source.js';
import { Boundary, type Scene, show, watchConsole } from '../../support/react-scene.js';

const passphrase = passphraseOf('alice');

describe('VaultProvider', () => {
  const { said } = watchConsole();
  let stage: Stage;
  let store: Store;
  let source: PageSource;
  let device: DeviceView;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  beforeEach(() => {
    store = createMemoryStore();
    source = createPageSource(store);
  });

  /** What an app shows for each state. */
  function App() {
    device = useDevice();
    const { state, message } = device;
    return (
      <>
        <p>
          {state} {message}
        </p>
        {state === 'open' && <Titles />}
      </>
    );
  }
  function Titles() {
    const { data = [] } = useDocuments();
    return data.map(({ id, title }) => <p key={id}>{title}</p>);
  }
  const app = () => (
    <VaultProvider source={() => source} sync={false}>
      <App />
    </VaultProvider>
  );
  const create = () =>
    (device as DeviceView).create({ passphrase, server: stage.url, cost: FLOOR }) as Promise<Person>;

  it('offers to create where there is nobody, and shows who was created', async () => {
    const scene = show(app());
    await scene.reads('empty');
    const alice = await create();
    await scene.reads('open');
    expect(device.person).toBe(alice);
    await addDocument(alice, 'TSH');
    await scene.reads('open\n\nTSH');
  });

  it('asks once in StrictMode, opens once, and closes when it is unmounted', async () => {
    const scene = show(app());
    await scene.reads('empty');
    await create();
    await scene.reads('open');
    expect(source.calls).toEqual(['isEmpty', 'createPerson']);
    scene.unmount();
    await vi.waitFor(() => expect(source.calls).toEqual(['isEmpty', 'createPerson', 'close']));
  });

  it('says why the passphrase did not open it, and lets the next try', async () => {
    const scene = show(app());
    await scene.reads('empty');
    await create();
    await device.lock();
    await scene.reads('locked');
    expect(await device.open({ passphrase: 'another' })).toBeNull();
    await scene.reads(/^locked The passphrase is wrong/);
    expect(device.error?.code).toBe('access/wrong-passphrase');
    await device.open({ passphrase });
    await scene.reads('open');
    expect(device.error).toBeNull();
  });

  it('speaks the language of the page, or the one it was given', async () => {
    document.documentElement.lang = 'fr-FR';
    const scene = show(app());
    await scene.reads('empty');
    await device.create({ passphrase, server: 'http://127.0.0.1:1', cost: FLOOR });
    await scene.reads(/^empty Le serveur est injoignable/);
    document.documentElement.lang = '';
    scene.render(
      <VaultProvider source={() => source} language="en">
        <App />
      </VaultProvider>,
    );
    await scene.reads(/^empty The server cannot be reached/);
  });

  it('looks again after a failure, and says what it was', async () => {
    let broken = true;
    const isEmpty = async () => {
      if (broken) throw new VaultError('store/unavailable');
      return source.isEmpty();
    };
    const scene = show(
      <VaultProvider source={() => ({ ...source, isEmpty })}>
        <App />
      </VaultProvider>,
    );
    await scene.reads(/^failed This browser or system offers no storage here/);
    broken = false;
    await device.retry();
    await scene.reads('empty');
  });

  it('notices that someone was created meanwhile, in another tab', async () => {
    const scene = show(app());
    await scene.reads('empty');
    await createPageSource(store).createPerson({ passphrase, server: stage.url, cost: FLOOR });
    expect(await create()).toBeNull();
    await scene.reads(/^locked This store already holds a person/);
  });

  it('does nothing that the state does not allow', async () => {
    const scene = show(app());
    await scene.reads('empty');
    const creating = create();
    expect(await create()).toBeNull();
    expect(await device.open({ passphrase })).toBeNull();
    await creating;
    await scene.reads('open');
    expect(await device.recover({ words: '', passphrase, server: stage.url })).toBeNull();
    expect(source.calls).toEqual(['isEmpty', 'createPerson']);
  });

  it('closes who was still being opened when it was unmounted, and starts nothing again', async () => {
    const scene = show(app());
    await scene.reads('empty');
    const creating = create();
    await scene.reads('opening');
    scene.unmount();
    expect(await creating).toBeNull();
    const alice = source.person;
    await vi.waitFor(() => expect(source.calls).toEqual(['isEmpty', 'createPerson', 'close']));
    await expect(Promise.resolve().then(() => alice?.vaults())).rejects.toThrow('access/locked');
  });

  it('lets go of a source that was still being reached when it was unmounted', async () => {
    let reach: (source: PageSource) => void = () => {};
    const scene = show(
      <VaultProvider source={() => new Promise<PageSource>((resolve) => (reach = resolve))}>
        <App />
      </VaultProvider>,
    );
    await scene.reads('starting');
    scene.unmount();
    reach(source);
    await vi.waitFor(() => expect(source.calls).toContain('close'));
    expect(source.calls).not.toContain('openPerson');
  });

  it('syncs in the background, unless told not to', async () => {
    function State() {
      return <p>{useSyncState().data?.state}</p>;
    }
    const scene = show(
      <VaultProvider source={() => source}>
        <App />
        <State />
      </VaultProvider>,
    );
    await scene.reads('empty');
    await create();
    await scene.reads('open\n\nsynced');
  });

  it('hands a mistake to the error boundary, and so does a hook without a provider, or a person', async () => {
    function Naked() {
      useDevice();
      return null;
    }
    function Eager() {
      usePerson();
      return null;
    }
    const isEmpty = () => Promise.reject(new TypeError('a mistake'));
    const scene = show(
      <>
        <Boundary>
          <VaultProvider source={() => ({ ...source, isEmpty })}>
            <App />
          </VaultProvider>
        </Boundary>
        <Boundary>
          <Naked />
        </Boundary>
        <Boundary>
          <VaultProvider person={null}>
            <Eager />
          </VaultProvider>
        </Boundary>
      </>,
    );
    await scene.reads(
      /caught TypeError: a mistake[\s\S]*caught usage\/no-provider[\s\S]*caught access\/locked/,
    );
    expect(said.length).toBeGreaterThan(0);
    said.length = 0;
  });

  describe('leaves nothing of the person on the page', () => {
    const SECRET = 'Serology, confidential';

    /** Reads documents in every way, and keeps a copy in its own state, as forms do. */
    function Reading() {
      const { data: documents } = useDocuments({}, { suspense: true });
      const [copy, setCopy] = useState('');
      const [first] = documents;
      useEffect(() => setCopy(first?.title ?? ''), [first]);
      return (
        <label>
          {first?.title}
          <input readOnly value={copy} title={copy} />
        </label>
      );
    }
    const isGone = (scene: Scene) => {
      const { container } = scene;
      const values = [...container.querySelectorAll('input')].map(({ value }) => value);
      return ![container.innerHTML, ...values].some((text) => text.includes(SECRET));
    };
    const reading = (children = <Reading />) => (
      <Suspense fallback={<p>an outer boundary</p>}>
        <VaultProvider source={() => source} sync={false} fallback={<p>waiting</p>}>
          <p>the app</p>
          <Holder />
          {children}
        </VaultProvider>
      </Suspense>
    );
    function Holder() {
      device = useDevice();
      return null;
    }
    async function openReading(): Promise<{ readonly scene: Scene; readonly alice: Person }> {
      const alice = await source.createPerson({ passphrase, server: stage.url, cost: FLOOR });
      await addDocument(alice, SECRET);
      await source.lock();
      const scene = show(reading());
      await vi.waitFor(() => expect(device.state).toBe('locked'));
      await scene.reads('waiting');
      const opened = (await device.open({ passphrase })) as Person;
      await scene.reads(/Serology/);
      return { scene, alice: opened };
    }

    it('when the app locks, before the keys are wiped', async () => {
      const { scene } = await openReading();
      const lock = source.lock;
      let goneFirst: boolean | null = null;
      source.lock = async () => {
        await Promise.resolve();
        goneFirst = isGone(scene);
        return lock();
      };
      await device.lock();
      expect(goneFirst).toBe(true);
      expect(isGone(scene)).toBe(true);
      await scene.reads('waiting');
      await device.open({ passphrase });
      await scene.reads(/Serology/);
    });

    it('when the person is locked by something else', async () => {
      const { scene, alice } = await openReading();
      const before = scene.container.innerHTML;
      void alice.lock();
      await vi.waitFor(() => expect(scene.container.innerHTML).not.toBe(before));
      expect(isGone(scene)).toBe(true);
      await vi.waitFor(() => expect(device.state).toBe('locked'));
    });

    it('when the app hands over another person', async () => {
      const alice = await source.createPerson({ passphrase, server: stage.url, cost: FLOOR });
      await addDocument(alice, SECRET);
      const karim = await stage.enter('karim');
      await addDocument(karim, 'Karim, vaccination');
      const held = (person: AnyPerson | null) => (
        <VaultProvider person={person}>
          <Reading />
        </VaultProvider>
      );
      const scene = show(held(alice));
      await scene.reads(/Serology/);
      const seen: string[] = [];
      new MutationObserver(() => seen.push(scene.container.innerHTML)).observe(scene.container, {
        ...{ subtree: true, childList: true, characterData: true, attributes: true },
      });
      scene.render(held(karim));
      await scene.reads(/vaccination/);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.filter((html) => html.includes(SECRET))).toEqual([]);
      expect(isGone(scene)).toBe(true);
      scene.render(held(null));
      await scene.reads('');
      expect(scene.container.innerHTML).not.toContain('vaccination');
    });
  });

  it('does not start over what the page shows when someone is opened', async () => {
    function Counting() {
      const [count, setCount] = useState(0);
      return (
        <button type="button" onClick={() => setCount(count + 1)}>
          {`count ${count}`}
        </button>
      );
    }
    const scene = show(
      <VaultProvider source={() => source} sync={false}>
        <App />
        <Counting />
      </VaultProvider>,
    );
    await scene.click('count 0');
    await scene.reads(/empty[\s\S]*count 1/);
    await create();
    await scene.reads(/open[\s\S]*count 1/);
    await device.lock();
    await scene.reads(/locked[\s\S]*count 0/);
  });
});

async function addDocument(person: AnyPerson, title: string): Promise<void> {
  const [vault = await person.createVault({ holder: { birthName: 'Martel' } })] = await person.vaults();
  await vault.documents.add(new Blob([title]), { category: 'laboratory', title });
}

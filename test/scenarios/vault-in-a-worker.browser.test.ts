import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import {
  isVaultError,
  type Live,
  type Person,
  type Progress,
  type Vault,
  VaultError,
} from '../../src/index.js';
import {
  type InWorker,
  openVaultInWorker,
  type VaultInWorker,
  type VaultState,
} from '../../src/worker/index.js';
import { askPasskey, createPasskey } from '../../src/passkey/index.js';
import { plugAuthenticator } from '../support/authenticator.js';
import { bytesOf, FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

const FILE_BYTES = 20_000_000;
const passphrase = passphraseOf('alice');

describe('Alice keeps her vault in a worker', () => {
  const name = crypto.randomUUID();
  const states: VaultState[] = [];
  let stage: Stage;
  let device: VaultInWorker;
  let alice: InWorker<Person>;
  let vault: InWorker<Vault>;
  /** The worker that the page started last. */
  let worker: Worker;
  const start = () => {
    worker = new Worker(new URL('../../src/worker/vault-worker.ts', import.meta.url), { type: 'module' });
    return worker;
  };
  const reopen = async () => {
    alice = await device.openPerson({ passphrase });
    [vault] = (await alice.vaults()) as [InWorker<Vault>];
  };
  beforeAll(async () => {
    stage = await openStage();
    device = await openVaultInWorker({ name, worker: start });
    device.liveState().subscribe((state) => states.push(state));
  });
  afterAll(async () => {
    await device.destroy();
    await stage.close();
  });

  it('comes with nobody in it, and takes her in', async () => {
    expect(await device.isEmpty()).toBe(true);
    expect(await codeOf(() => device.openPerson({ passphrase }))).toBe('store/empty');
    const options = { passphrase, server: stage.url, name: 'Alice', cost: FLOOR };
    alice = await device.createPerson(options);
    expect(await device.isEmpty()).toBe(false);
    expect(await codeOf(() => device.createPerson(options))).toBe('store/not-empty');
    expect(states).toEqual(['locked', 'open']);
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    expect(vault.holder).toEqual({ birthName: 'Martel', givenNames: [] });
  });

  it('adds, sends, shares and reads 20 MB, with progress', async () => {
    const content = new Uint8Array(FILE_BYTES).map((_, i) => i % 251);
    const progress: Progress[] = [];
    const scan = await vault.documents.add(
      new File([content], 'scan.dcm'),
      { category: 'imaging' },
      { onProgress: (step) => progress.push(step) },
    );
    expect(scan.bytes).toBe(FILE_BYTES);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.at(-1)).toEqual({ phase: 'encrypt', done: FILE_BYTES, total: FILE_BYTES });

    const martin = await stage.enter('martin', { kind: 'professional' });
    await alice.sync();
    await martin.sync();
    const contact = await alice.people.add(martin.contactCard());
    await vault.share({ with: contact, category: 'imaging' });
    await alice.sync();
    await martin.sync();
    const [share] = martin.sharedWithMe();
    expect(share?.list().map(({ title }) => title)).toEqual(['scan.dcm']);
    expect(await digestOf(await bytesOf(vault.documents.read(scan.id)))).toEqual(await digestOf(content));
    expect((await vault.documents.blob(scan.id)).size).toBe(FILE_BYTES);
  });

  it('stops a file on its way in when she says so', async () => {
    const controller = new AbortController();
    const adding = vault.documents.add(
      new Blob([new Uint8Array(FILE_BYTES)]),
      { category: 'other' },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect(await codeOf(() => adding)).toBe('usage/aborted');
    expect(await vault.documents.list({ category: 'other' })).toEqual([]);
  });

  it('shows a list that follows what she does', async () => {
    const titles = valuesOf(vault.documents.live({ category: 'prescription' }), (list) =>
      list.map(({ title }) => title),
    );
    const { id } = await vault.documents.add(new Blob(['a']), { category: 'prescription', title: 'A' });
    await titles.until((seen) => seen.at(-1)?.[0] === 'A');
    await vault.documents.update(id, { title: 'B' });
    await titles.until((seen) => seen.at(-1)?.[0] === 'B');
    await vault.documents.remove(id);
    await titles.until((seen) => seen.at(-1)?.length === 0);
    titles.stop();
  });

  it('lets go in the worker of a stream that nobody on the page holds', async () => {
    const { link } = await device.start();
    const scopes = async () => ((await link.ask('held', {})) as { scopes: number }).scopes;
    const [{ id }] = (await vault.documents.list({ category: 'imaging' })) as unknown as [{ id: never }];
    await vault.documents.read(id).next();
    expect(await scopes()).toBe(1);
    await vi.waitFor(async () => {
      await cdp().send('HeapProfiler.collectGarbage');
      expect(await scopes()).toBe(0);
    });
  });

  it('lets go in the worker of what nobody on the page holds', async () => {
    const { link } = await device.start();
    const held = async () => (await link.ask('held', {})) as { objects: number };
    for (let i = 0; i < 3; i++) await alice.createVault({ holder: { birthName: `Child ${i}` } });
    expect((await held()).objects).toBeGreaterThan(4);
    // What was only looked at goes; what is held stays: Alice and her vault.
    await vi.waitFor(async () => {
      await cdp().send('HeapProfiler.collectGarbage');
      expect((await held()).objects).toBe(2);
    });
    expect(vault.id).toMatch(/^vlt_/);
    expect(await vault.documents.list({ category: 'other' })).toEqual([]);
  });

  it('ends the worker when she locks: all that was open rejects, and nothing is lost', async () => {
    const [{ id }] = (await vault.documents.list({ category: 'imaging' })) as unknown as [{ id: never }];
    const blob = await vault.documents.blob(id);
    const live = vault.documents.live();
    const ended = new Promise<void>((resolve) => live.subscribe({ complete: resolve }));
    const reading = alice.health();
    const locking = device.lock();
    expect(states.at(-1)).toBe('locked');
    expect(await codeOf(() => reading)).toBe('access/locked');
    expect(await codeOf(() => vault.documents.list())).toBe('access/locked');
    await ended;
    await locking;
    await vi.waitFor(async () => expect(await locksHeld()).toEqual([]));
    // What the page was given, it has.
    expect((await blob.arrayBuffer()).byteLength).toBe(FILE_BYTES);

    const before = worker;
    expect(await codeOf(() => device.openPerson({ passphrase: 'wrong' }))).toBe('access/wrong-passphrase');
    expect(worker).not.toBe(before);
    await reopen();
    expect(states.at(-1)).toBe('open');
    expect(await vault.documents.list({ category: 'imaging' })).toHaveLength(1);
  });

  it('does not open for who locks meanwhile', async () => {
    await device.lock();
    const opening = codeOf(() => device.openPerson({ passphrase }));
    await device.lock();
    expect(await opening).toBe('access/locked');
    expect(states.at(-1)).toBe('locked');
    await reopen();
  });

  it('also when she locks as a person, and closes as one', async () => {
    await alice.lock();
    expect(states.at(-1)).toBe('locked');
    expect(await codeOf(() => alice.health())).toBe('access/locked');
    await reopen();
    await alice.close();
    expect(states.at(-1)).toBe('locked');
    await reopen();
  });

  it('also in the other tab, when she locks everywhere', async () => {
    const other = await openVaultInWorker({ name });
    const person = await other.openPerson({ passphrase });
    expect(person.id).toBe(alice.id);
    const locked = new Promise<void>((resolve) => {
      other.liveState().subscribe((state) => state === 'locked' && resolve());
    });
    await alice.lockEverywhere();
    await locked;
    expect(await codeOf(() => person.health())).toBe('access/locked');
    await other.close();
    expect(other.liveState().getSnapshot()).toBe('closed');
    expect(await codeOf(() => other.openPerson({ passphrase }))).toBe('usage/closed');
    await reopen();
  });

  it('opens for her passkey, which crosses to the worker and stays there', async () => {
    const phone = await plugAuthenticator();
    await alice.createRecoveryPhrase({ passphrase });
    const made = await createPasskey({ name: 'Alice' });
    const entry = await alice.passkeys.add({ passphrase, passkey: made, label: 'phone' });
    expect(await codeOf(() => alice.passkeys.add({ passphrase, passkey: made, label: 'again' }))).toBe(
      'usage/closed',
    );
    await device.lock();
    expect(await device.passkeys()).toEqual([entry.credentialId]);
    const passkey = await askPasskey({ credentialIds: await device.passkeys() });
    alice = await device.openPerson({ passkey });
    expect((await alice.passkeys.list()).map(({ label }) => label)).toEqual(['phone']);
    await phone.unplug();
  });

  it('stays unlocked on her device when she closes the page, and not when she locks', async () => {
    await alice.stayUnlocked({ forMs: 60_000 });
    await device.close();
    device = await openVaultInWorker({ name, worker: start });
    device.liveState().subscribe((state) => states.push(state));
    alice = await device.openPerson({ remembered: true });
    await device.lock();
    expect(await codeOf(() => device.openPerson({ remembered: true }))).toBe('access/not-remembered');
    await reopen();
  });

  it('says so when the worker is gone, whatever was under way', async () => {
    const underWay = [
      vault.documents.add(new Blob([new Uint8Array(FILE_BYTES)]), { category: 'other' }),
      alice.health(),
      vault.documents.read((await vault.documents.list())[0]?.id as never).next(),
    ];
    const outcomes = Promise.allSettled(underWay);
    worker.terminate();
    for (const outcome of await outcomes) {
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(VaultError);
      expect(isVaultError(reason, 'access/locked') && reason.details).toEqual({ reason: 'worker-ended' });
    }
    expect(states.at(-1)).toBe('locked');
    await reopen();
    expect(await vault.documents.list({ category: 'imaging' })).toHaveLength(1);
  });
});

describe('a worker that does not come up', () => {
  const name = crypto.randomUUID();
  const failing = (worker: () => Worker) =>
    openVaultInWorker({ name, worker }).then(
      () => 'opened',
      (error: unknown) => (isVaultError(error, 'usage/no-worker') ? error.details.reason : error),
    );

  it('is refused', async () => {
    const refused = () => {
      throw new DOMException('no', 'SecurityError');
    };
    expect(await failing(refused)).toBe('refused');
  });

  it('fails to load', async () => {
    const missing = () => new Worker('/no-such-worker.js', { type: 'module' });
    expect(await failing(missing)).toBe('failed');
  });

  it('fails when it starts', async () => {
    const url = URL.createObjectURL(new Blob(['throw new Error("no")'], { type: 'text/javascript' }));
    expect(await failing(() => new Worker(url, { type: 'module' }))).toBe('failed');
    URL.revokeObjectURL(url);
  });

  it('is of another deployment', async () => {
    const program = `addEventListener('message', ({ data }) =>
      postMessage({ id: data.id, type: 'RAW', value: { ok: true, result: { value: 0, marked: false }, rest: null } }))`;
    const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
    expect(await failing(() => new Worker(url))).toBe('version');
    URL.revokeObjectURL(url);
  });

  it('says nothing', async () => {
    const url = URL.createObjectURL(new Blob([''], { type: 'text/javascript' }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const outcome = failing(() => new Worker(url));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await outcome).toBe('silent');
    vi.useRealTimers();
    URL.revokeObjectURL(url);
  });
});

/** What a live value showed so far. */
function valuesOf<T, V>(live: Live<T>, show: (value: T) => V) {
  const seen: V[] = [];
  const stop = live.subscribe((value) => seen.push(show(value)));
  const until = (isEnough: (seen: readonly V[]) => boolean) =>
    vi.waitFor(() => expect(isEnough(seen)).toBe(true));
  return { seen, stop, until };
}

async function locksHeld(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.map((lock) => lock.name ?? '').filter((lock) => lock.startsWith('coffret-worker-'));
}

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

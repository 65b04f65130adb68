import { transferHandlers } from 'comlink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVaultError, type Person, type Progress, type Vault, VaultError } from '../../../src/index.js';
import type { InWorker } from '../../../src/worker/remote-object.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { ELEMENTS_MAX, openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

const MIB = 2 ** 20;

describe('a page and its worker', () => {
  let stage: Stage;
  let party: WorkerParty;
  let alice: InWorker<Person>;
  let vault: InWorker<Vault>;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage);
    alice = await party.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterAll(async () => {
    void party.link.end(() => new VaultError('access/locked'), 'close');
    party.close();
    await stage.close();
  });

  it('has data as values, parts as objects, and the same object for the same thing', async () => {
    expect(alice.id).toMatch(/^per_/);
    expect(vault.holder?.birthName).toBe('Martel');
    expect(await alice.vault(vault.id)).toBe(vault);
    expect((await alice.vaults())[0]).toBe(vault);
    expect(JSON.parse(JSON.stringify(vault))).toEqual({ id: vault.id, holder: vault.holder });
    expect(Object.isFrozen(vault)).toBe(true);
  });

  it('rejects with the error of the core', async () => {
    const unknown = 'itm_AAAAAAAAAAAAAAAAAAAAAA' as never;
    const error = await vault.documents.history(unknown).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VaultError);
    expect(isVaultError(error, 'usage/not-found') && error.details).toEqual({ id: unknown });
    expect(await vault.documents.get(unknown)).toBeNull();
  });

  it("leaves the app's own handlers of Comlink alone", () => {
    expect([...transferHandlers.keys()]).toEqual(['proxy', 'throw']);
  });

  it('takes what a passkey gave, and leaves no copy of it', async () => {
    const output = new Uint8Array(32).fill(7);
    const passkey = { credentialId: 'AAAA', take: () => output };
    const adding = () => alice.passkeys.add({ passphrase: passphraseOf('alice'), passkey, label: 'x' });
    expect(await codeOf(adding)).toBe('access/phrase-first');
    expect(output).toEqual(new Uint8Array(32));
  });

  it('refuses arguments that are no data, before they leave', async () => {
    const holder = { birthName: 'x', secret: new Map() };
    expect(await codeOf(() => alice.createVault({ holder }))).toBe('usage/invalid');
    expect((await party.held()).scopes).toBe(0);
  });

  it('goes on calling back until it is told to stop', async () => {
    const heard: string[] = [];
    let settle = () => {};
    const synced = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const stop = await alice.startSync((status) => {
      heard.push(status);
      if (status === 'synced') settle();
    });
    await synced;
    expect((await party.held()).scopes).toBe(1);
    await stop();
    await stop();
    expect((await party.held()).scopes).toBe(0);
  });

  it('calls back with progress in order, the last before the result', async () => {
    const progress: Progress[] = [];
    const file = new Blob([new Uint8Array(3 * MIB)]);
    await vault.documents.add(file, { category: 'imaging' }, { onProgress: (step) => progress.push(step) });
    const done = progress.map((step) => step.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ phase: 'encrypt', done: 3 * MIB, total: 3 * MIB });
  });

  it('reads a file that only the page can read, whatever the page does with its buffers', async () => {
    const buffer = new Uint8Array(5 * MIB);
    const stream = async function* () {
      for (const byte of [1, 2, 3]) yield buffer.fill(byte);
    };
    const source = { name: 'made.bin', size: 15 * MIB, stream };
    const { id, name } = await vault.documents.add(source, { category: 'other' });
    expect(name).toBe('made.bin');
    const bytes = await bytesOf(vault.documents.read(id));
    expect([0, 5, 10].map((at) => bytes[at * MIB])).toEqual([1, 2, 3]);
    expect(buffer.length).toBe(5 * MIB);
  });

  it('takes bytes, and leaves them with the page', async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const { id } = await vault.documents.add(bytes, { category: 'other', title: 'bytes' });
    expect(bytes.length).toBe(3);
    expect(await (await vault.documents.blob(id)).bytes()).toEqual(bytes);
  });

  it('says that a file changed when the page cannot read it any more, and ends the source', async () => {
    let ended = 0;
    const stream = async function* () {
      try {
        yield new Uint8Array(MIB);
        throw new DOMException('gone', 'NotReadableError');
      } finally {
        ended++;
      }
    };
    const adding = () => vault.documents.add({ size: 2 * MIB, stream }, { category: 'other' });
    expect(await codeOf(adding)).toBe('usage/file-changed');
    expect(ended).toBe(1);
  });

  it('stops at once on a signal, and before it begins when it is aborted already', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let pieces = 0;
    const stream = async function* () {
      for (; pieces < 30; pieces++) {
        if (pieces === 1) controller.abort();
        yield new Uint8Array(MIB);
      }
    };
    const source = { size: 30 * MIB, stream };
    expect(await codeOf(() => vault.documents.add(source, { category: 'imaging' }, { signal }))).toBe(
      'usage/aborted',
    );
    expect(pieces).toBeLessThan(10);
    const file = new Blob([new Uint8Array(MIB)]);
    const again = () => vault.documents.add(file, { category: 'imaging' }, { signal });
    expect(await codeOf(again)).toBe('usage/aborted');
    expect((await vault.documents.list({ category: 'imaging' })).length).toBe(1);
  });

  it('gives bytes piece by piece, and lets go at once when the reader stops', async () => {
    const { id } = await vault.documents.add(new Blob([new Uint8Array(4 * MIB)]), { category: 'other' });
    const pieces = vault.documents.read(id);
    expect(pieces[Symbol.asyncIterator]()).toBe(pieces);
    expect((await pieces.next()).value?.length).toBeGreaterThan(0);
    expect((await party.held()).scopes).toBe(1);
    const waiting = pieces.next();
    expect(await pieces.return()).toEqual({ done: true, value: undefined });
    expect((await waiting).done).toBe(true);
    expect((await pieces.next()).done).toBe(true);
    expect((await party.held()).scopes).toBe(0);
    let bytes = 0;
    for await (const piece of vault.documents.read(id, { start: 1, end: 3 * MIB })) bytes += piece.length;
    expect(bytes).toBe(3 * MIB - 1);
    expect((await party.held()).scopes).toBe(0);
    const failing = vault.documents.read('itm_AAAAAAAAAAAAAAAAAAAAAA' as never);
    expect(await codeOf(() => failing.next())).toBe('usage/not-found');
    expect((await failing.next()).done).toBe(true);
    expect((await party.held()).scopes).toBe(0);
  });

  it('gives a long list in pages, each no longer than it may be', async () => {
    for (let i = 0; i < 2 * ELEMENTS_MAX; i++) {
      const title = `note ${i}`;
      await vault.documents.add(Uint8Array.of(i), { category: 'prescription', title });
    }
    const before = party.posted.length;
    const listed = await vault.documents.list({ category: 'prescription' });
    expect(listed.map(({ title }) => title).sort()).toEqual(
      Array.from({ length: 2 * ELEMENTS_MAX }, (_, i) => `note ${i}`),
    );
    const replies = party.posted.slice(before) as { value: { result: { value: unknown[] } } }[];
    expect(replies.map(({ value }) => value.result.value.length)).toEqual([ELEMENTS_MAX, ELEMENTS_MAX]);
    expect((await party.held()).rests).toBe(0);
  });

  it('is reached by calls of its verbs, and by no other message', async () => {
    const answers: unknown[] = [];
    const listener = ({ data }: MessageEvent) => answers.push(data);
    party.port.addEventListener('message', listener);
    const raw = (value: unknown) => ({ type: 'RAW', value });
    const reach = (message: object) => party.port.postMessage({ id: 'x', ...message });
    reach({ type: 'GET', path: ['held'] });
    reach({ type: 'GET', path: [] });
    reach({ type: 'SET', path: ['held'], value: raw(1) });
    reach({ type: 'APPLY', path: ['held', 'constructor'], argumentList: [raw('return 1')] });
    reach({ type: 'CONSTRUCT', path: ['held', 'constructor'], argumentList: [raw('return 1')] });
    reach({ type: 'APPLY', path: ['constructor'], argumentList: [raw({})] });
    reach({ type: 'APPLY', path: ['toString'], argumentList: [raw({})] });
    reach({ type: 'ENDPOINT', path: [] });
    reach({ type: 'RELEASE', path: [] });
    reach({ type: 'APPLY', path: ['held'], argumentList: [{ type: 'HANDLER', name: 'proxy', value: {} }] });
    reach({ type: 'APPLY', path: ['held'], argumentList: [raw({})], id: 'known' });
    await party.held();
    party.port.removeEventListener('message', listener);
    const ids = (answers as { id: string }[]).map(({ id }) => id);
    expect(ids.filter((id) => id === 'x')).toEqual([]);
    expect(ids).toContain('known');
  });

  it('reaches only what the surfaces name', async () => {
    const ask = (
      target: { handle: number; path: string[] },
      method: string,
      verb: 'call' | 'stream' = 'call',
    ) =>
      codeOf(() => party.link.ask(verb, { target, method, args: { value: [], marked: false }, scope: 9999 }));
    const person = { handle: 1, path: [] };
    expect(await ask(person, 'contactCard')).toBe('ok');
    for (const method of [
      'constructor',
      'lock',
      'close',
      'toJSON',
      '__defineGetter__',
      'people',
      'startSync',
    ])
      expect(await ask(person, method)).toBe('usage/invalid');
    expect(await ask({ ...person, path: ['people'] }, 'list')).toBe('ok');
    expect(await ask({ ...person, path: ['people'] }, 'identityOf')).toBe('usage/invalid');
    expect(await ask({ ...person, path: ['constructor'] }, 'call')).toBe('usage/invalid');
    expect(await ask({ ...person, path: ['__proto__'] }, 'call')).toBe('usage/invalid');
    expect(await ask(person, 'contactCard', 'stream')).toBe('usage/invalid');
    expect(await ask({ handle: 999, path: [] }, 'contactCard')).toBe('usage/closed');
    expect((await party.held()).scopes).toBe(0);
  });
});

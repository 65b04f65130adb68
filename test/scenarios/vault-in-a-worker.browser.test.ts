import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/index.js';
import { openVaultInWorker, type VaultInWorker } from '../../src/worker/index.js';
import { bytesOf, FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';

const FILE_BYTES = 20_000_000;

describe('Alice keeps her vault in a worker', () => {
  const name = crypto.randomUUID();
  let stage: Stage;
  let alice: VaultInWorker;
  beforeAll(async () => {
    stage = await openStage();
    alice = await openVaultInWorker({ name });
  });
  afterAll(async () => {
    await alice.destroy();
    await stage.close();
  });

  it('adds, sends, shares and reads 20 MB, with progress', async () => {
    expect(await alice.isEmpty()).toBe(true);
    const options = { passphrase: passphraseOf('alice'), server: stage.url, name: 'Alice', cost: FLOOR };
    const person = await alice.createPerson(options);
    expect(await alice.isEmpty()).toBe(false);
    const vault = await person.createVault({ holder: { birthName: 'Martel' } });
    expect(vault.holder).toEqual({ birthName: 'Martel', givenNames: [] });

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
    await person.sync();
    await martin.sync();
    const contact = await person.people.add(martin.contactCard());
    await vault.share({ with: contact, category: 'imaging' });
    await person.sync();
    await martin.sync();
    const [share] = martin.sharedWithMe();
    expect(share?.list().map(({ title }) => title)).toEqual(['scan.dcm']);
    expect(await digestOf(await bytesOf(vault.documents.read(scan.id)))).toEqual(await digestOf(content));
  }, 120_000);
});

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

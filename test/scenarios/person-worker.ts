/** A dedicated worker that holds the whole core: the page tells it once what to do, and hears how it went. */
import { createPerson, isVaultError, type Progress } from '../../src/index.js';
import { createMemoryStore, openIndexedDbStore } from '../../src/store/index.js';
import { bytesOf, FLOOR, passphraseOf } from '../support/actors.js';

/** What the page says. */
export interface Task {
  readonly server: string;
  /** Name of Alice's store. */
  readonly store: string;
  /** Words that must not be found anywhere afterwards. */
  readonly canary: string;
  readonly file: File;
}

/** What the worker answers. */
export interface Outcome {
  readonly progress: readonly Progress[];
  /** Codes of what failed in any run of either. */
  readonly failed: readonly string[];
  /** What the doctor sees in the share. */
  readonly titles: readonly string[];
  /** SHA-256 of what he read, and of what Alice reads herself. */
  readonly digests: readonly Uint8Array[];
  /** Set instead of all else when something was thrown. */
  readonly error?: string;
}

async function play({ server, store, canary, file }: Task): Promise<Outcome> {
  const alice = await createPerson({
    passphrase: canary,
    store: await openIndexedDbStore({ name: store }),
    server,
    name: canary,
    cost: FLOOR,
  });
  const martin = await createPerson({
    passphrase: passphraseOf('martin'),
    store: createMemoryStore(),
    server,
    kind: 'professional',
    cost: FLOOR,
  });
  const progress: Progress[] = [];
  const failed: string[] = [];
  const sync = async (person: typeof alice) =>
    failed.push(...(await person.sync()).failed.map(({ code }) => code));
  const vault = await alice.createVault({ holder: { birthName: canary } });
  const scan = await vault.documents.add(
    file,
    { category: 'imaging', title: canary },
    { onProgress: (step) => progress.push(step) },
  );
  await sync(alice);
  await sync(martin);
  await vault.share({ with: await alice.people.add(martin.contactCard()), category: 'imaging' });
  await sync(alice);
  await sync(martin);
  const [share] = martin.sharedWithMe();
  const titles = share?.list().map(({ title }) => title) ?? [];
  const [given] = share?.list() ?? [];
  const digests = [
    await digestOf(share?.read(given?.id ?? scan.id) ?? []),
    await digestOf(vault.documents.read(scan.id)),
  ];
  await alice.close();
  await martin.close();
  return { progress, failed, titles, digests };
}

async function digestOf(pieces: Parameters<typeof bytesOf>[0]): Promise<Uint8Array> {
  const bytes = await bytesOf(pieces);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

addEventListener('message', async ({ data }: MessageEvent<Task>) => {
  const outcome = await play(data).catch((error: unknown) => ({
    ...{ progress: [], failed: [], titles: [], digests: [] },
    error: isVaultError(error) ? error.code : String(error),
  }));
  postMessage(outcome satisfies Outcome);
});

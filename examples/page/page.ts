// A page, and no program for Node: `test/scenarios/strict-page.node.test.ts` builds it and opens it in a browser.
import { explain, isVaultError } from 'coffret';
import { openVaultInWorker } from 'coffret/worker';

const server = document.documentElement.dataset.server as string;
const list = document.querySelector('p') as HTMLElement;
const status = document.querySelector('output') as HTMLOutputElement;

async function start(): Promise<void> {
  // #region page
  const device = await openVaultInWorker({ name: 'alice' });
  const passphrase = 'four words I remember';
  const alice = (await device.isEmpty())
    ? await device.createPerson({ passphrase, server })
    : await device.openPerson({ passphrase });
  const [vault = await alice.createVault({ holder: { birthName: 'Martel' } })] = await alice.vaults();

  // Called now and after every change: of this page, of another tab, or brought by a sync.
  vault.documents.live().subscribe((documents) => {
    list.textContent = documents.map(({ title }) => title).join(', ');
  });
  const file = new File(['TSH 2.1 mIU/L (0.4 to 4.0)'], 'TSH, 12 June 2026.txt');
  await vault.documents.add(file, { category: 'laboratory' });
  await alice.startSync();
  // #endregion

  alice.liveSync().subscribe(({ state }) => {
    status.value = state;
  });
  document.querySelector('button')?.addEventListener('click', async () => {
    await device.lock();
    status.value = 'locked';
  });
}

await start().catch((error: unknown) => {
  if (!isVaultError(error)) throw error;
  status.value = `${error.code} ${JSON.stringify(error.details)} ${explain(error.code, 'en')}`;
});

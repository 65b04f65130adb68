/** A client in a process of its own, to be killed: adds documents and syncs until it dies; see `evil-child.ts`. */
import { isVaultError, openPerson } from '../../src/index.js';
import { openSqliteStore } from '../../src/store/index.js';

const [path = '', passphrase = '', round = '', bytes = '400'] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

const store = await openSqliteStore({ path });
const person = await openPerson({ passphrase, store });
const [vault] = person.vaults();
if (vault === undefined) throw new Error('no vault');
say('open');
let syncing: Promise<unknown> = Promise.resolve();
try {
  for (let i = 0; ; i += 1) {
    const title = `${round}/${i}`;
    const file = new TextEncoder().encode(title.padEnd(Number(bytes), '.'));
    await vault.documents.add(file, { category: 'laboratory', title });
    // Acknowledged: from here on it must never be lost.
    say(`added ${title}`);
    if (i % 3 === 1) {
      await syncing;
      syncing = person
        .sync()
        .catch((error: unknown) => say(`sync ${isVaultError(error) ? error.code : 'untyped'}`));
    }
  }
} catch (error) {
  await syncing;
  say(`failed ${isVaultError(error) ? error.code : `untyped ${String(error)}`}`);
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from '../measure.js';
import type { Row, Workload } from '../row.js';
import { openBrowser, PASSPHRASE } from './browser.js';
import { printProfile } from './profile.js';

const MB = 1_000_000;

/** From a file that was chosen in an input to ciphertext on the disk, all of it in a worker. */
export const fileToStored: Workload = {
  name: 'file-to-stored',
  about: 'encrypt and store a chosen File in a worker, against reading it and storing it as it is',
  async run({ quick, profile }) {
    const rows: Row[] = [];
    for (const { megabytes, rounds } of quick
      ? [{ megabytes: 10, rounds: 1 }]
      : [
          { megabytes: 100, rounds: 7 },
          { megabytes: 512, rounds: 3 },
        ]) {
      const bytes = megabytes * MB;
      const { ours, peer } = await withChosenFile(bytes, async (browser) => {
        const create = (name: string) =>
          browser.call('create', { name, server: browser.syncServer, passphrase: PASSPHRASE });
        if (profile) {
          await create('profile');
          await printProfile(browser.page, 'a chosen file is stored', () => browser.call('addFile'));
          await printProfile(browser.page, 'the same, plain', () => browser.call('storePlain'));
        }
        return compare(rounds, {
          peer: () => browser.call('storePlain'),
          async ours(round) {
            await create(`file-${String(round)}`);
            const time = await browser.call('addFile');
            await browser.call('destroy');
            return time;
          },
        });
      });
      const rate = (ms: number) => `${(bytes / 1000 / ms).toFixed(0)} MB/s`;
      rows.push({
        workload: `File of ${String(megabytes)} MB to stored`,
        figure: 'speed against reading and storing it plain, in Chromium',
        ...{ value: peer / ours, unit: '×', budget: { atLeast: 0.5 } },
        from: `${rate(ours)}, ${rate(peer)}`,
      });
    }
    return rows;
  },
};

/** Starts a browser in which a file of so many bytes, which do not compress, is chosen in the page's input. */
export async function withChosenFile<T>(
  bytes: number,
  use: (browser: Awaited<ReturnType<typeof openBrowser>>) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-bench-file-'));
  const browser = await openBrowser();
  try {
    const path = join(directory, 'scan.dcm');
    await writeRandom(path, bytes);
    await browser.page.setInputFiles('input', path);
    return await use(browser);
  } finally {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeRandom(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  for (let left = bytes; left > 0; left -= MB) await file.write(randomBytes(Math.min(MB, left)));
  await file.close();
}

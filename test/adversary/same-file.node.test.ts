import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../support/actors.js';
import { formsOf, shareRun } from '../support/evil-canary.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it('the server learns neither the digest of a file nor that it came twice', async () => {
  const alice = await stage.enter('alice');
  const martin = await stage.enter('martin', { kind: 'professional' });
  await martin.sync();
  const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  const file = new TextEncoder().encode('TSH 2.1 '.repeat(100));
  const metadata = { category: 'report', title: 'TSH' } as const;
  const { digest } = await vault.documents.add(file, metadata);
  await vault.documents.add(file, metadata);
  await vault.documents.add(file, { ...metadata, mask: { from: 'professionals' } });
  await vault.share({ with: await alice.people.add(martin.contactCard()), category: 'report' });
  await alice.sync();
  await martin.sync();
  expect(martin.sharedWithMe()[0]?.list()[0]?.digest).toBe(digest);

  const bytes = Uint8Array.from(digest?.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const inner = new Uint8Array(await crypto.subtle.digest('SHA-256', file));
  expect(new Uint8Array(await crypto.subtle.digest('SHA-256', inner))).toEqual(bytes);
  const needles = [
    ...formsOf({ name: 'digest', bytes }),
    ...formsOf({ name: 'hash of the file', bytes: inner }),
    ...formsOf({ name: 'file', bytes: file.subarray(0, 24) }),
  ];
  const directory = join(stage.directory, 'server');
  const blobs: Uint8Array[] = [];
  let sizes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const held = await readFile(join(entry.parentPath, entry.name));
    for (const { name, needle } of needles)
      expect(held.includes(needle), `${name} in ${entry.name}`).toBe(false);
    if (entry.parentPath.includes('blobs')) blobs.push(held);
    sizes += held.length;
  }
  // The same file three times is three blobs that have nothing in common.
  expect(blobs).toHaveLength(3);
  for (const [i, one] of blobs.entries())
    for (const other of blobs.slice(i + 1)) expect(shareRun(one, other, 16)).toBe(false);
  expect(sizes).toBeGreaterThan(3 * 1024);
});

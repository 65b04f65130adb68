import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { explain } from '../../../src/errors.js';
import { printId } from '../../../src/formats/id.js';
import { explainJournal } from '../../../src/index.js';
import {
  encodeJournalFile,
  encodeSignedJournalFile,
  type JournalFile,
  type JournalFileGrant,
} from '../../../src/records/journal-file.js';
import { signReadReceipt } from '../../../src/sharing/read-receipts.js';
import { FetchTeller, signFetchesWith } from '../../support/fetch-teller.js';
import { type Person, person, START } from '../../support/people.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const VAULT = new Uint8Array(16).fill(1);
const LOG = new Uint8Array(32).fill(2);
const ITEM = new Uint8Array(16).fill(4);
const SERVER_SEED = new Uint8Array(32).fill(7);
let directory: string;
let program: string;
let alice: Person;
let martin: Person;

beforeAll(async () => {
  await loadSodium();
  [alice, martin] = [person('alice'), person('martin')];
  directory = await mkdtemp(join(tmpdir(), 'coffret-verify-'));
  // Inside the checkout, so that the bundle finds node_modules.
  program = join(ROOT, 'node_modules', '.cache', 'coffret', `command-${process.pid}`);
  await build({
    entryPoints: [join(ROOT, 'src/cli/coffret.ts')],
    outdir: program,
    ...{ outExtension: { '.js': '.mjs' }, bundle: true, splitting: true, format: 'esm', platform: 'node' },
    ...{ target: 'node20', packages: 'external', logLevel: 'silent' },
  });
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await rm(program, { recursive: true, force: true });
});

async function coffret(...args: string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [join(program, 'coffret.mjs'), ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const given = (change: Partial<JournalFileGrant> = {}): JournalFileGrant => ({
  ...{ grant: null, collection: LOG, person: martin.id, by: alice.id, onBehalfOf: null },
  ...{ category: 'laboratory', item: null, role: 'reader', purpose: 'care', begins: START, expires: null },
  ...{ ended: START + 86_400_000, endedBy: alice.id, consent: null },
  ...change,
});

function journal(change: Partial<JournalFile> = {}): Uint8Array {
  const told = new FetchTeller(signFetchesWith(SERVER_SEED), VAULT, START);
  told.deliver(['ops', LOG, 1, 3], { person: martin.id, device: martin.device, time: START + 1000 });
  told.deliver(['blob', ITEM], { person: martin.id, device: martin.device, time: START + 2000 });
  const [begin, head] = [told.head({ position: 0 }), told.head()].map(([bytes, signature]) => [
    bytes,
    signature,
  ]) as [[Uint8Array, Uint8Array], [Uint8Array, Uint8Array]];
  const author = { person: martin.id, device: martin.device, deviceKey: martin.deviceKey };
  const items: [Uint8Array, Uint8Array][] = [[ITEM, ITEM]];
  const { receipt } = signReadReceipt(author, { vault: VAULT, collection: LOG, items, time: START + 3000 });
  const journalBytes = encodeJournalFile({
    ...{ v: 1, type: 'journal', vault: VAULT, person: alice.id, time: START + 4000 },
    identities: [alice, martin].map(({ identity }) => [...identity.entries]),
    ...{ grants: [given()], receipts: [receipt] },
    fetches: {
      server: signingKeyPairFromSeed(SERVER_SEED).publicKey,
      runs: [{ begin, before: null, from: null, head, entries: told.entries }],
    },
    ...change,
  });
  return encodeSignedJournalFile({
    ...{ journalBytes, device: alice.device, signature: sign(alice.deviceKey, 'journal', journalBytes) },
  });
}

async function fileWith(bytes: Uint8Array): Promise<string> {
  const path = join(directory, `journal-${String(bytes.length)}-${String(bytes.at(-1))}`);
  await writeFile(path, bytes);
  return path;
}

describe('coffret verify-journal', () => {
  it('prints each list by itself, with what it shows and what it does not, and ends with 0', async () => {
    const { code, stdout, stderr } = await coffret('verify-journal', await fileWith(journal()));
    expect([code, stderr]).toEqual([0, '']);
    const [grants, receipts, fetches] = stdout
      .split(/^(?:Accesses given|Read receipts|Deliveries by the server)/m)
      .slice(1) as [string, string, string];
    expect(stdout).toContain(printId('vault', VAULT));
    expect(stdout).toContain(printId('person', alice.id));
    expect(grants).toContain('(1)');
    expect(grants).toContain(
      `2025-06-15T15:06:40.000Z – 2025-06-16T15:06:40.000Z  ${printId('person', martin.id)}  laboratory  reader  care`,
    );
    expect(grants).toContain('signed by the owner');
    expect(grants).toContain('Complete until 2025-06-15T15:06:44.000Z, says the owner who exported it.');
    expect(receipts).toContain('(1)');
    expect(receipts).toContain(printId('item', ITEM));
    expect(receipts).toContain('Not complete');
    expect(fetches).toContain('(2)');
    expect(fetches).toContain(`changes 1–3  ${printId('collection', LOG)}`);
    expect(fetches).toContain(`file ${printId('blob', ITEM)}`);
    expect(fetches).toContain('Complete from 2025-06-15T15:06:40.000Z to');
    expect(fetches).toContain('says the server');
    expect(fetches).toContain(Buffer.from(signingKeyPairFromSeed(SERVER_SEED).publicKey).toString('hex'));
    for (const part of ['grants', 'receipts', 'fetches'] as const)
      expect(stdout).toContain(explainJournal(part, 'en'));
  });

  it('speaks French, also of a journal with nothing in it', async () => {
    const empty = journal({ grants: [], receipts: [], fetches: null });
    const { code, stdout } = await coffret('verify-journal', await fileWith(empty), '--lang', 'fr');
    expect(code).toBe(0);
    for (const part of ['grants', 'receipts', 'fetches'] as const)
      expect(stdout).toContain(explainJournal(part, 'fr'));
    expect(stdout.match(/Aucune ligne\./g)).toHaveLength(3);
    expect(stdout).not.toMatch(/Complete|None/);
  });

  it('ends with 1 and the sentence of the error when it does not verify', async () => {
    const bytes = journal();
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    const path = await fileWith(bytes);
    for (const lang of ['en', 'fr'] as const) {
      const { code, stdout, stderr } = await coffret('verify-journal', '--lang', lang, path);
      const sentence = `integrity/bad-signature: ${explain('integrity/bad-signature', lang)}\n`;
      expect([code, stdout, stderr]).toEqual([1, '', sentence]);
    }
    const nothing = await coffret('verify-journal', await fileWith(new Uint8Array([1])));
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('format/malformed')]);
  });

  it('reads no file that is longer than a journal can be', async () => {
    const path = await fileWith(new Uint8Array([2]));
    // The second is longer than Node would read.
    for (const bytes of [64 * 1024 * 1024 + 1, 5 * 1024 ** 3]) {
      await truncate(path, bytes);
      const { code, stderr } = await coffret('verify-journal', path);
      expect([code, stderr]).toEqual([1, expect.stringContaining('format/too-large')]);
    }
  });

  it('prints nothing that commands a terminal, whatever the owner wrote', async () => {
    const purpose = 'care\u001b[2J\u202e\nAccesses given (9)';
    const { code, stdout } = await coffret(
      'verify-journal',
      await fileWith(journal({ grants: [given({ purpose })] })),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('care�[2J��Accesses given (9)');
    for (const command of ['\u001b', '\u202e']) expect(stdout).not.toContain(command);
  });

  it.each([
    [['verify-journal']],
    [['verify-journal', 'a', 'b']],
    [['verify-journal', 'a', '--lang', 'de']],
    [['verify-journal', 'a', '--what']],
  ])('%j ends with 2 and says how it is called', async (args) => {
    const { code, stderr } = await coffret(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('coffret verify-journal FILE')]);
  });

  it('ends with 2 when there is no such file; what concerns a server is still the server’s', async () => {
    const missing = await coffret('verify-journal', join(directory, 'nothing'));
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('ENOENT')]);
    const help = await coffret('--help');
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('coffret serve')]);
    expect(help.stdout).toContain('coffret verify-journal FILE');
    expect((await coffret('sing')).code).toBe(2);
  });
});

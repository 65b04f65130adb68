import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundleDoor, bundleNames, eagerChunks } from '../support/door-bundle.js';
import { DOORS } from '../support/doors.js';

const KB = 1000;

/**
 * What an app that imports one door downloads before it runs, besides libsodium: a ceiling against growth unnoticed.
 *
 * The budget of the core door is 45 kB; it is not met, and `npm run bench` shows both numbers.
 */
const EAGER_BYTES_MAX: Record<string, number> = {
  core: 106 * KB,
  store: 15 * KB,
  worker: 14 * KB,
  messaging: 27 * KB,
  profile: 32 * KB,
  agenda: 80 * KB,
  prevention: 56 * KB,
  documents: 21 * KB,
  search: 16 * KB,
  interop: 40 * KB,
  'identity-fr': 13 * KB,
};

/**
 * Strings that must not be in a door. A ceiling would notice a leak late and vaguely; a name says what came in.
 * Packages stay outside the bundle here: this is about our own code.
 */
const FORBIDDEN: Record<string, readonly string[]> = {
  core: ['libsql', 'kysely', 'hono', 'pino', 'Dexie'],
  store: ['xchacha20poly1305', 'crypto_kem', 'HKDF', 'kysely', 'hono'],
  worker: ['crypto_aead', 'crypto_kem', 'HKDF', 'Dexie', 'indexedDB', 'bip39', 'argon2'],
  react: ['crypto_aead', 'Dexie', 'comlink', 'pdfjs', 'createElementNS'],
  server: [
    'crypto_aead',
    'xchacha20poly1305',
    'AES-GCM',
    'crypto_kem_xwing_dec(',
    'Argon2',
    'bip39',
    'dexie',
  ],
};

/** What an app shows documents with; the hooks of a module bring it along, to who imports them. */
const SHOWS_DOCUMENTS = ['VaultProvider', 'useDevice', 'useVault', 'useDocuments', 'useAction', 'Preview'];
const SHOWS_DOCUMENTS_BYTES_MAX = 12 * KB;

describe('the bundle of each door', () => {
  it.each(DOORS)('$specifier holds none of the words it must not hold', async (door) => {
    const { outputFiles, metafile } = await bundleDoor(door, 'external');
    const eager = eagerChunks(metafile, door.module);
    expect(eager.size).toBeGreaterThan(0);
    // A server must not even load such code later; in a browser door what loads on demand is no leak.
    const looked = outputFiles.filter(
      ({ path }) => door.name === 'server' || [...eager].some((name) => path.endsWith(name)),
    );
    const text = looked.map((file) => file.text).join('\n');
    expect((FORBIDDEN[door.name] ?? []).filter((word) => text.includes(word))).toEqual([]);
  });

  it.each(DOORS.filter(({ name }) => name in EAGER_BYTES_MAX))('$specifier stays small', async (door) => {
    const { outputFiles, metafile } = await bundleDoor(door, 'bundle');
    const eager = eagerChunks(metafile, door.module);
    let eagerBytes = 0;
    let laterBytes = 0;
    for (const { path, contents } of outputFiles) {
      const bytes = gzipSync(contents, { level: 9 }).length;
      if ([...eager].some((name) => path.endsWith(name))) eagerBytes += bytes;
      else laterBytes += bytes;
    }
    console.log(
      `${door.specifier}: ${(eagerBytes / KB).toFixed(1)} kB gzip at once, ${(laterBytes / KB).toFixed(1)} kB on demand, libsodium apart`,
    );
    expect(eagerBytes).toBeGreaterThan(0);
    expect(eagerBytes).toBeLessThanOrEqual(EAGER_BYTES_MAX[door.name] ?? 0);
  });

  it('coffret/react brings no module of which an app uses no hook', async () => {
    const door = DOORS.find(({ name }) => name === 'react');
    if (door === undefined) throw new Error('no door');
    const contents = await bundleNames(door, SHOWS_DOCUMENTS);
    const bytes = gzipSync(contents, { level: 9 }).length;
    console.log(`coffret/react, ${SHOWS_DOCUMENTS.join(' ')}: ${(bytes / KB).toFixed(1)} kB gzip`);
    expect(bytes).toBeGreaterThan(3 * KB);
    expect(bytes).toBeLessThanOrEqual(SHOWS_DOCUMENTS_BYTES_MAX);
    const text = new TextDecoder().decode(contents);
    expect(['RRULE', 'thread.message', 'LOINC', 'luxon'].filter((word) => text.includes(word))).toEqual([]);
  });
});

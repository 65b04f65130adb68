/**
 * A doctor whose access was ended gets hold of the server's whole disk.
 *
 * This is the one part of the demo that goes behind the package's doors: it opens the doctor's own store with the
 * doctor's own passphrase, takes every key out of it, and tries each of them on everything the server has.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openSqliteStore } from 'coffret/store';
import type { Home } from './actor.js';
import { loadInternals } from './internals.js';
import { blobFiles, type Inventory, query } from './server-view.js';

/** How many were tried, how many opened. */
export interface Tally {
  tried: number;
  opened: number;
}

/** What an attack came to. `own` is what the doctor wrote; `before` and `after` the revocation, others did. */
export interface Loot {
  readonly keys: number;
  readonly attempts: number;
  readonly bodies: { readonly before: Tally; readonly after: Tally; readonly own: Tally };
  readonly envelopes: { readonly before: Tally; readonly after: Tally };
  readonly blobs: { readonly before: Tally; readonly after: Tally };
  /** Bodies that opened in collections that were never shared with the doctor. */
  readonly foreign: number;
  /** SHA-256 of every file that was decrypted from the server's disk. */
  readonly sha256: string[];
}

/** `before` is what the server held before the revocation, `delivered` the inbox items it kept a copy of. */
export interface Attack {
  readonly home: Home;
  readonly dataDir: string;
  readonly before: Inventory;
  readonly delivered: readonly string[];
}

const SEAL_TYPES = ['record', 'roster', 'previous-key'] as const;

export async function attack({ home, dataDir, before, delivered }: Attack): Promise<Loot> {
  const internals = await loadInternals();
  const {
    hex,
    decodeOp,
    decodeOpHeader,
    bodyBinding,
    openData,
    Secret,
    openRecord,
    openEnvelope,
    openBlobFile,
  } = internals;
  const session = await internals.unlock(await openSqliteStore({ path: home.directory }), home.passphrase);
  const held = internals.keysOf(session);
  const keys = new Map<string, Uint8Array>(held.symmetric.map((key) => [hex(key), key]));
  const tally = (): Tally => ({ tried: 0, opened: 0 });
  const bodies = { before: tally(), after: tally(), own: tally() };
  const envelopes = { before: tally(), after: tally() };
  const blobs = { before: tally(), after: tally() };
  const knownOps = new Set(before.ops);
  const knownBlobs = new Set(before.blobs);
  const references = new Map(held.references.map((reference) => [hex(reference.id), reference]));
  let attempts = 0;
  let foreign = 0;

  // Whatever is addressed to somebody: with the doctor's private key for receiving.
  const waiting = ['select bytes from inbox', 'select bytes from deposits'].flatMap((sql) =>
    query(dataDir, sql),
  );
  const tryEnvelope = (bytes: Uint8Array, into: Tally) => {
    into.tried++;
    attempts++;
    const key = openEnvelope(session, bytes);
    if (key === null) return;
    into.opened++;
    if (key.length === 32) keys.set(hex(key), key);
  };
  for (const item of delivered) tryEnvelope(Buffer.from(item, 'base64'), envelopes.before);
  for (const row of waiting) tryEnvelope(new Uint8Array(row.bytes as ArrayBuffer), envelopes.after);

  // Every body of every op, with every key; what opens may hold another key, so until nothing more does.
  const sealed = query(dataDir, 'select collection, position, op from ops').flatMap((row) => {
    const op = decodeOp(new Uint8Array(row.op as ArrayBuffer));
    const header = decodeOpHeader(op.headerBytes);
    const collection = hex(new Uint8Array(row.collection as ArrayBuffer));
    const own = hex(header.person) === hex(session.author.person);
    const when = knownOps.has(`${collection}/${row.position}`) ? 'before' : 'after';
    return op.bodies.flatMap((body, index) =>
      body === null
        ? []
        : [{ header, body, collection, change: header.changes[index]![0], into: bodies[own ? 'own' : when] }],
    );
  });
  for (const { into } of sealed) into.tried++;
  const closed = new Set(sealed);
  const tried = new Set<string>();
  while (true) {
    const fresh = [...keys].filter(([name]) => !tried.has(name));
    if (fresh.length === 0) break;
    for (const [name, bytes] of fresh) {
      tried.add(name);
      const key = Secret.of('collection-key', bytes.slice());
      for (const target of closed) {
        const { header, body, change, collection, into } = target;
        for (const type of SEAL_TYPES) {
          attempts++;
          const epoch = type === 'previous-key' ? header.epoch + 1 : header.epoch;
          const plaintext = quietly(() => openData(key, bodyBinding(type, header, epoch, change), body));
          if (plaintext === null) continue;
          closed.delete(target);
          into.opened++;
          if (into !== bodies.own && !held.collections.has(collection)) foreign++;
          if (type === 'previous-key') keys.set(hex(plaintext), plaintext);
          for (const reference of type === 'record' ? openRecord(plaintext) : [])
            references.set(hex(reference.id), reference);
          break;
        }
      }
    }
    for (const { key } of references.values()) keys.set(hex(key), key);
  }

  // Every blob, with every key; the reference only says how long the file is.
  const sha256: string[] = [];
  for (const { vault, blob, path } of blobFiles(dataDir)) {
    const into = knownBlobs.has(blob) ? blobs.before : blobs.after;
    into.tried++;
    const stored = readFileSync(path);
    for (const key of keys.values()) {
      attempts++;
      const file = await openBlobFile({ stored, vault, blob, key, reference: references.get(blob) ?? null });
      if (file === null) continue;
      into.opened++;
      sha256.push(createHash('sha256').update(file).digest('hex'));
      break;
    }
  }
  const count = keys.size + 1;
  await session.close();
  return { keys: count, attempts, bodies, envelopes, blobs, foreign, sha256 };
}

function quietly<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

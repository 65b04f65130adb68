import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { beforeAll, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeFetchEntry, encodeFetchEntry } from '../../../src/formats/fetch-log.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { decodeIdentityEntry, decodeSignedIdentityEntry } from '../../../src/formats/identity-entry.js';
import { decodeOp, decodeOpHeader } from '../../../src/formats/op.js';
import * as messages from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { append, deviceSigner, enrol, foundLog, pull, send } from '../../support/raw-client.js';
import { addDevice, bytesOf, member, RawLog, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

// R33. A difference here is a decision about what the server may see: change the file with the change, and say why.
const VIEW = JSON.parse(readFileSync(join(import.meta.dirname, '../../server-view.json'), 'utf8')) as {
  tables: Record<string, string[]>;
  files: string[];
  messages: Record<string, string[]>;
  clear: Record<string, string[]>;
  journal: string[];
};

let server: TestServer;
const alice = () => rawPerson('alice');

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer();
  return server.close;
});

it('the tables hold these columns and no other', () => {
  const tables: Record<string, string[]> = {};
  for (const file of VIEW.files.filter((name) => name.endsWith('.sqlite'))) {
    const database = new Database(join(server.dataDir, file), { readonly: true });
    const rows = database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all([]);
    for (const { name } of rows as { name: string }[]) {
      const columns = database.prepare(`select name from pragma_table_info('${name}') order by cid`).all([]);
      tables[name] = (columns as { name: string }[]).map((column) => column.name);
    }
    database.close();
  }
  expect(tables).toEqual(VIEW.tables);
});

it('the messages carry these fields and no other', () => {
  const fields: Record<string, string[]> = {};
  for (const [name, message] of Object.entries(messages)) {
    if (typeof message === 'object' && 'shape' in message) fields[name] = fieldsOf(message.shape);
  }
  expect(fields).toEqual(VIEW.messages);
});

it('what is stored sealed or signed shows these fields beside its ciphertext, and no other', () => {
  const log = new RawLog('fields');
  const person = alice();
  const clear: Record<string, string[]> = {};
  const founding = decodeOp(log.found(person, { server: server.key }));
  const rotation = decodeOp(log.rotate(person, [member(person)]));
  const controls = [founding, rotation].map(({ headerBytes }) => decodeOpHeader(headerBytes));
  clear.op = Object.keys(controls[0] as object).sort();
  for (const { control } of controls)
    if (control) clear[`op.control.${control.type}`] = Object.keys(control).sort();
  const entries = addDevice(person, 'phone').identity.entries.map(
    (entry) => decodeSignedIdentityEntry(entry).entryBytes,
  );
  for (const entry of entries.map(decodeIdentityEntry))
    clear[`identity.${entry.type}`] = Object.keys(entry).sort();
  const delivered = {
    vault: log.vault,
    position: 1,
    ...{ person: person.identity.person, device: person.device },
  };
  const entry = encodeFetchEntry({ ...delivered, what: ['blob', log.vault], time: 1 });
  clear.fetch = Object.keys(decodeFetchEntry(entry)).sort();
  expect(clear).toEqual(VIEW.clear);
});

it('the journal has these fields, and no id, name, address, query or body', async () => {
  const person = alice();
  await enrol(server.url, person);
  const log = new RawLog('view');
  await foundLog(server.url, person, log.found(person, { server: server.key }));
  const collection = log.collection as Uint8Array;
  await append(server.url, person, collection, [
    log.op(person, { bodies: [new TextEncoder().encode('canary body')] }),
  ]);
  await pull(server.url, person, collection);
  await pull(server.url, rawPerson('stranger'), collection);
  await send(server.url, {
    method: 'GET',
    path: `${paths.inboxAfter(0)}&canary=query`,
    signer: deviceSigner(person),
  });
  await send(server.url, { method: 'GET', path: '/canary-path' });
  const journal = server.journal();
  const lines = journal
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThanOrEqual(7);
  const fields = new Set(lines.flatMap((line) => Object.keys(line)));
  for (const field of fields) expect(VIEW.journal).toContain(field);
  for (const secret of [
    person.identity.person,
    person.device,
    collection,
    log.vault,
    bytesOf('alice/nonce', 16),
  ]) {
    expect(journal).not.toContain(bytesToHex(secret));
  }
  for (const text of ['canary', 'after', '127.0.0.1', server.dataDir]) expect(journal).not.toContain(text);
  const accounts = new Set(
    lines.map(({ account }) => account).filter((account) => typeof account === 'string'),
  );
  expect(accounts.size).toBe(1);
  for (const account of accounts) expect(account).toMatch(/^[0-9a-f]{16}$/);
  for (const { request } of lines) if (request) expect(request).toMatch(/^[0-9a-f-]{36}$/);
  for (const { route } of lines) if (route) expect(String(route)).toMatch(/^(none|\/[a-z0-9/:]+)$/);
});

/** The paths of all fields in a shape. */
function fieldsOf(shape: z.ZodMiniType, prefix = ''): string[] {
  const def = shape._zod.def as unknown as {
    type: string;
    shape?: Record<string, z.ZodMiniType>;
    element?: z.ZodMiniType;
    innerType?: z.ZodMiniType;
  };
  if (def.shape) {
    return Object.entries(def.shape).flatMap(([name, inner]) => [
      `${prefix}${name}`,
      ...fieldsOf(inner, `${prefix}${name}.`),
    ]);
  }
  const inner = def.element ?? def.innerType;
  return inner ? fieldsOf(inner, prefix) : [];
}

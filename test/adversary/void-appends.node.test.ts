import { afterAll, beforeAll, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/formats/id.js';
import { decodeOp, decodeOpHeader } from '../../src/formats/op.js';
import { verifyIdentityLog } from '../../src/protocol/identity-chain.js';
import { applyHeader } from '../../src/protocol/log-rules.js';
import { decodeLogState, encodeLogState } from '../../src/protocol/log-state.js';
import {
  appendOpsAnswer,
  appendOpsRequest,
  decodeMessage,
  encodeMessage,
} from '../../src/protocol/messages.js';
import { readContactCard } from '../../src/sharing/contacts.js';
import type { Person } from '../../src/index.js';
import { type EvilStage, openEvilStage } from '../support/evil-stage.js';
import { requireSync, shownTo, text, titlesOf } from '../support/evil-scene.js';
import type { Lie } from '../support/evil-transport.js';

let stage: EvilStage;

beforeAll(async () => {
  stage = await openEvilStage('void appends');
});
afterAll(() => stage?.close());

/** Takes every op into the log, also those that R-SRV-2 says to refuse, and says that all is well. */
function takesAnything(collection: string, people: readonly Person[]): Lie {
  const { operator } = stage;
  const identities = new Map(
    people.map((person) => {
      const { identity } = readContactCard(person.contactCard());
      return [bytesToHex(identity.person), verifyIdentityLog(identity.entries)];
    }),
  );
  return ({ route, id, request }) => {
    if (route !== 'append' || id !== collection) return null;
    const key = hexToBytes(collection);
    const { ops } = decodeMessage(appendOpsRequest, request.body as Uint8Array);
    const [row] = operator.query<{ state: Uint8Array }>('select state from logs where collection = ?', key);
    let state = decodeLogState(new Uint8Array((row as { state: Uint8Array }).state));
    const positions: number[] = [];
    for (const op of ops) {
      const { headerBytes, signature } = decodeOp(op);
      const header = decodeOpHeader(headerBytes);
      const applied = applyHeader(state, headerBytes, signature, {
        identityOf: (person) => identities.get(bytesToHex(person)) ?? null,
        hashAt: () => null,
        hasChange: () => false,
        signatures: 'verify',
      });
      // What is made again needs no lie.
      if (applied.outcome === 'applied') return null;
      state = applied.state;
      positions.push(state.position);
      operator.run(
        'insert into ops (collection, position, hash, device, incarnation, seq, op) values (?, ?, ?, ?, ?, ?, ?)',
        ...[key, state.position, state.hash, header.device, header.incarnation, header.seq, op],
      );
    }
    operator.run(
      'update logs set position = ?, hash = ?, state = ? where collection = ?',
      ...[state.position, state.hash, encodeLogState(state), key],
    );
    const head = operator.headFor(collection, operator.ops(collection));
    const headers = new Headers({ 'content-type': 'application/cbor' });
    return { status: 200, headers, body: encodeMessage(appendOpsAnswer, { positions, head }) };
  };
}

it('H4 an op that the server takes in although it is void is said again under the new epoch, and nothing is lost', async () => {
  const [alice, martin, nurse] = [
    await stage.enter('alice'),
    await stage.enter('martin', { kind: 'professional' }),
    await stage.enter('nurse', { kind: 'professional' }),
  ];
  const vault = await alice.person.createVault({ holder: { birthName: 'Martel' } });
  for (const { person } of [martin, nurse, alice]) await requireSync(person);
  await vault.documents.add(text('TSH 1.0'), { category: 'laboratory', title: 'TSH' });
  await requireSync(alice.person);
  const [row] = stage.operator.query<{ collection: Uint8Array }>(
    'select collection from logs order by rowid desc limit 1',
  );
  const laboratory = bytesToHex(new Uint8Array((row as { collection: Uint8Array }).collection));
  const doctor = await alice.person.people.add(martin.person.contactCard());
  await vault.share({ with: doctor, category: 'laboratory', role: 'contributor' });
  const other = await alice.person.people.add(nurse.person.contactCard());
  const toNurse = await vault.share({ with: other, category: 'laboratory' });
  await requireSync(alice.person);
  await requireSync(martin.person);
  await martin.person.sharedWithMe()[0]?.add(text('Report 1.0'), { title: 'Report' });
  await vault.revoke(toNurse);
  await requireSync(alice.person);

  martin.transport.plan = [takesAnything(laboratory, [alice.person, martin.person])];
  const before = stage.operator.ops(laboratory).length;
  await requireSync(martin.person);
  // Once without effect, and once more.
  expect(stage.operator.ops(laboratory).length).toBe(before + 2);
  martin.transport.plan = [];
  await requireSync(martin.person);
  await requireSync(alice.person);
  expect(titlesOf(vault.documents.list())).toEqual(['Report', 'TSH']);
  expect(await shownTo(martin.person)).toEqual({ TSH: 'TSH 1.0', Report: 'Report 1.0' });
  expect((await martin.person.health()).unsent).toBe(0);
});

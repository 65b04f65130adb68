import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { expose, Secret } from '../../../src/crypto/secret.js';
import { bytesToBase64url, bytesToHex } from '../../../src/formats/id.js';
import { VaultError } from '../../../src/index.js';
import { passphraseOf, openStage } from '../../support/actors.js';
import { openWorkerParty } from '../../support/worker-party.js';

/** Every run of bytes and every text in what was posted, however deep. */
function contentsOf(value: unknown, found: { texts: string[]; bytes: Uint8Array[] }): typeof found {
  if (typeof value === 'string') found.texts.push(value);
  else if (value instanceof Uint8Array) found.bytes.push(value);
  else if (value instanceof ArrayBuffer) found.bytes.push(new Uint8Array(value));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      found.texts.push(name);
      contentsOf(part, found);
    }
  }
  return found;
}

/** Which of the secrets can be read in what was posted, as bytes or as text. */
function secretsIn(posted: readonly unknown[], secrets: ReadonlyMap<string, string>): string[] {
  const { texts, bytes } = contentsOf(posted, { texts: [], bytes: [] });
  const hex = [...bytes, ...texts.map((text) => new TextEncoder().encode(text))].map(bytesToHex).join(' ');
  const text = texts.join(' ');
  return [...secrets].flatMap(([secret, kind]) => {
    const raw = Uint8Array.from(secret.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return hex.includes(secret) || text.includes(secret) || text.includes(bytesToBase64url(raw))
      ? [kind]
      : [];
  });
}

describe('what a page hears from its worker (R30, A57)', () => {
  const stage = openStage();
  /** Every secret that was made, in hexadecimal, with what it is. */
  const secrets = new Map<string, string>();
  const make = Secret.of.bind(Secret);
  vi.spyOn(Secret, 'of').mockImplementation((kind, bytes) => {
    const secret = make(kind, bytes);
    secrets.set(bytesToHex(expose(secret)), kind);
    return secret;
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => (await stage).close());

  it('has no key in it, whatever the page asked for', async () => {
    const party = openWorkerParty(await stage);
    const alice = await party.enter('alice');
    const martin = await (await stage).enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const lives = [alice.liveVaults(), alice.liveShares(), alice.liveHealth(), alice.liveSync()];
    const more = [
      vault.documents.live(),
      vault.liveGrants(),
      alice.people.live(),
      vault.deposits.liveWaiting(),
    ];
    const stops = [...lives, ...more].map((live) => live.subscribe(() => {}));
    const file = new Blob(['TSH 2.1']);
    const { id } = await vault.documents.add(file, { category: 'laboratory', title: 'TSH' });
    const contact = await alice.people.add(martin.contactCard());
    const grant = await vault.share({ with: contact, category: 'laboratory' });
    await vault.share({ with: contact, document: id });
    const card = await vault.deposits.card({ depositor: martin.id });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice'), language: 'en' });
    expect(words.split(' ')).toHaveLength(24);
    await alice.sync();
    await martin.sync();
    await martin.deposit(card, file, { category: 'laboratory', title: 'left' });
    await martin.sync();
    await alice.sync();
    const [deposit] = await vault.deposits.list();
    await vault.deposits.adopt(deposit?.id as NonNullable<typeof deposit>['id']);
    await alice.sync();
    const asked = [
      ...[alice.contactCard(), alice.vaults(), alice.sharedWithMe(), alice.deposited(), alice.consents()],
      ...[alice.health(), vault.grants(), vault.ledger(), vault.evidence(), vault.documents.list()],
      ...[vault.documents.get(id), vault.documents.history(id), vault.documents.whoCanRead(id)],
      ...[vault.documents.blob(id), vault.consent(grant.id as never), alice.people.list()],
      ...[
        vault.revoke(grant),
        alice.resendLost(),
        alice.people.add('nonsense'),
        vault.deposits.refuse('x' as never),
      ],
    ];
    await Promise.allSettled(asked);
    for await (const piece of vault.documents.read(id)) expect(piece.length).toBeGreaterThan(0);
    for (const stop of stops) stop();
    void party.link.end(() => new VaultError('access/locked'), 'close');
    party.close();

    expect(secrets.size).toBeGreaterThan(20);
    expect(new Set(secrets.values())).toContain('personal-root');
    expect(party.posted.length).toBeGreaterThan(50);
    expect(secretsIn(party.posted, secrets)).toEqual([]);
    // The same search finds a secret where there is one.
    const [[secret, kind]] = [...secrets] as [[string, string]];
    const raw = Uint8Array.from(secret.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    for (const leak of [raw, secret, bytesToBase64url(raw), Uint8Array.of(1, ...raw, 2)])
      expect(secretsIn([...party.posted, [{ deep: leak }]], secrets)).toContain(kind);
  });
});

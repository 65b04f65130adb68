import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexToBytes, printId } from '../../src/formats/id.js';
import { verify } from '../../src/crypto/sign.js';
import { decodeHead } from '../../src/formats/head.js';
import { decodeOp, decodeOpHeader } from '../../src/formats/op.js';
import {
  appended,
  bodiless,
  dropOp,
  dupOp,
  flipped,
  forkedHead,
  pullOf,
  reheaded,
  replaced,
  replay,
  resuited,
  retold,
  rollbackTo,
  spliced,
  swap,
  withBodiesOf,
} from '../support/evil-lies.js';
import { codeOf } from '../support/code-of.js';
import {
  KNOWN_TITLES,
  LATER_TITLES,
  openScene,
  requireSync,
  type Scene,
  shownTo,
  text,
  written,
} from '../support/evil-scene.js';
import type { Lie } from '../support/evil-transport.js';

const SEED = process.env.COFFRET_SEED ?? 'log lies';

/** What a lie about Martin's log of the laboratory is called, and the code it must end in. */
const LIES: readonly (readonly [name: string, code: string, lie: (scene: Scene) => Lie])[] = [
  [
    'A24 R06 an op is dropped from the middle',
    'integrity/bad-chain|integrity/dropped|integrity/fork',
    lab(({ known }) => dropOp(known)),
  ],
  [
    'A24 R06 the last op is dropped under the true head',
    'integrity/dropped',
    lab(({ ops }) => dropOp(ops().length - 1), 'true'),
  ],
  ['A24 R06 an op comes twice', 'integrity/bad-chain', lab(({ known }) => dupOp(known))],
  ['A24 R06 an old op is replayed at the end', 'integrity/bad-chain', lab(() => replay(1))],
  [
    'A39 R06 two ops are swapped',
    'integrity/dropped|integrity/bad-chain|integrity/fork',
    lab(({ known }) => swap(known, known + 1)),
  ],
  [
    'A47 R16 the log is rolled back to an older state',
    'integrity/rollback',
    lab(({ known }) => rollbackTo(known - 1)),
  ],
  [
    'A05 R02 a header is mutated',
    'integrity/bad-signature|format/malformed',
    lab(({ known }) => replaced(known, flipped('header', 200))),
  ],
  [
    'A05 R02 a signature is mutated',
    'integrity/bad-signature',
    lab(({ known }) => replaced(known, flipped('signature'))),
  ],
  [
    'A05 R02 a body is mutated',
    'integrity/bad-chain',
    lab(({ known }) => replaced(known, flipped('body', 90))),
  ],
  [
    'A24 R06 bodies are withheld as if pruned',
    'integrity/dropped',
    lab(({ known }) => replaced(known, bodiless)),
  ],
  [
    'A20 R02 bodies are swapped between ops',
    'integrity/bad-chain',
    lab(({ known, ops }) => replaced(known, withBodiesOf(ops()[known + 1] as Uint8Array))),
  ],
  [
    'A03 R07 an op of another suite',
    'format/unsupported',
    lab(({ known }) => replaced(known, resuited('suite', 2))),
  ],
  [
    'A03 R07 an op of another version',
    'format/unsupported',
    lab(({ known }) => replaced(known, resuited('v', 0))),
  ],
  [
    'A31 R05 an op is dated anew',
    'integrity/bad-signature',
    lab(({ known }) =>
      replaced(
        known,
        reheaded((header) => ({ ...header, time: header.time + 1 })),
      ),
    ),
  ],
  [
    'A53 R06 the log of another collection is served',
    'integrity/fork|integrity/rollback',
    ({ stage, laboratory, imaging }) => spliced(stage.operator, laboratory, imaging),
  ],
  [
    'A53 R06 an op of another collection is spliced in',
    'integrity/wrong-audience',
    lab(({ stage, imaging }) => appended(stage.operator.ops(imaging).at(-1) as Uint8Array)),
  ],
  [
    'A48 R15 the head contradicts the log',
    'integrity/fork',
    ({ stage, laboratory }) => forkedHead(stage.operator, laboratory),
  ],
];

function lab(
  retelling: (scene: Scene) => Parameters<typeof retold>[2],
  head: Parameters<typeof retold>[3] = 'resigned',
) {
  return (scene: Scene): Lie => retold(scene.stage.operator, scene.laboratory, retelling(scene), head);
}

describe(`a server that lies about a log (seed "${SEED}")`, () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(SEED);
  });
  afterAll(() => scene.close());

  it('honestly serves what Alice wrote', async () => {
    const { person } = await scene.martin();
    expect(await shownTo(person)).toEqual(written(KNOWN_TITLES));
    await requireSync(person);
    expect(await shownTo(person)).toEqual(written([...KNOWN_TITLES, ...LATER_TITLES]));
  });

  it.each(LIES)(
    '%s: %s, nothing surfaced, writes stop, evidence kept (I2 I6 I7)',
    async (_name, code, lie) => {
      const { person, transport } = await scene.martin([lie(scene)]);
      const before = await shownTo(person);
      const { failed } = await person.sync();
      expect(transport.lied).toBeGreaterThan(0);
      expect(failed).toEqual([
        { lane: pullOf(scene.laboratory), code: expect.stringMatching(new RegExp(`^(${code})$`)) },
      ]);
      const told = failed[0]?.code as string;

      expect(await shownTo(person)).toEqual(before);
      const collection = printId('collection', hexToBytes(scene.laboratory) as Uint8Array);
      expect((await person.health()).frozen).toEqual([{ collection, code: told }]);
      const [share] = person.sharedWithMe();
      expect(await codeOf(() => share?.add(text('mine'), { title: 'Mine' }))).toBe('integrity/frozen');
      const [vault] = person.vaults();
      const evidence = await vault?.evidence();
      expect(evidence?.map((kept) => [kept.collection, kept.evidence.code])).toEqual([[collection, told]]);
      const { served, known } = evidence?.[0]?.evidence ?? {};
      expect(served).not.toBeNull();
      expect(known).not.toBeNull();
    },
  );

  it('R40 a lie that is taken back is forgiven, a proven fork is not (I7)', async () => {
    const { operator } = scene.stage;
    const { person, transport } = await scene.martin([
      retold(operator, scene.laboratory, rollbackTo(scene.known - 1)),
    ]);
    await person.sync();
    expect((await person.health()).frozen).toHaveLength(1);
    transport.plan = [];
    await requireSync(person);
    expect((await person.health()).frozen).toEqual([]);
    expect(await shownTo(person)).toEqual(written([...KNOWN_TITLES, ...LATER_TITLES]));

    transport.plan = [forkedHead(operator, scene.laboratory)];
    await person.sync();
    // Other lies and the truth after it change nothing, nor does a restart.
    transport.plan = [retold(operator, scene.laboratory, rollbackTo(scene.known - 1))];
    await person.sync();
    transport.plan = [];
    await person.sync();
    expect((await person.health()).frozen.map(({ code }) => code)).toEqual(['integrity/fork']);
  });

  it("A48 R15 two contradicting heads are a proof that needs nobody's word", async () => {
    const { person, transport } = await scene.martin();
    await requireSync(person);
    transport.plan = [forkedHead(scene.stage.operator, scene.laboratory)];
    await person.sync();
    const [kept] = (await person.vaults()[0]?.evidence()) ?? [];
    const founding = decodeOpHeader(decodeOp(scene.ops()[0] as Uint8Array).headerBytes).control;
    const server = founding?.type === 'found' ? founding.server : new Uint8Array();
    const stories = [kept?.evidence.served, kept?.evidence.known].map((head) => {
      const [bytes, signature] = head ?? [new Uint8Array(), new Uint8Array()];
      expect(verify(server, 'head', bytes, signature)).toBe(true);
      return decodeHead(bytes);
    });
    expect(stories[0]?.position).toBe(stories[1]?.position);
    expect(stories[0]?.hash).not.toEqual(stories[1]?.hash);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVaultError } from '../../src/errors.js';
import { decode, type Encodable, encode } from '../../src/formats/codec.js';
import { parseId } from '../../src/formats/id.js';
import { opsAnswer } from '../../src/protocol/messages.js';
import {
  KNOWN_TITLES,
  LATER_TITLES,
  openScene,
  requireSync,
  type Scene,
  shownTo,
  written,
} from '../support/evil-scene.js';
import { injected } from '../support/evil-stranger.js';
import { changedBytes } from '../support/evil-transport.js';

const SEED = process.env.COFFRET_SEED ?? 'matrix';
const ALL = [...KNOWN_TITLES, ...LATER_TITLES];

/** A value with one field changed to another of its type, and where. */
interface Mutant {
  readonly path: string;
  readonly value: Encodable;
}

/** Every field of a value, each changed alone; encoded structures inside byte strings are opened as well. */
function* mutantsOf(value: Encodable, path = ''): Generator<Mutant> {
  if (value instanceof Uint8Array) {
    const inside = structureIn(value);
    if (inside !== null)
      for (const mutant of mutantsOf(inside, `${path}<>`))
        yield { path: mutant.path, value: encode(mutant.value) };
    else if (value.length > 0)
      yield { path, value: value.map((byte, i) => (i === value.length >> 1 ? byte ^ 1 : byte)) };
    return;
  }
  if (typeof value === 'number') yield { path, value: value + 1 };
  if (typeof value === 'boolean') yield { path, value: !value };
  if (typeof value === 'string') yield { path, value: `${value}x` };
  if (Array.isArray(value)) {
    if (value.length > 0) yield { path: `${path}.length`, value: value.slice(0, -1) };
    for (const [i, element] of value.entries()) {
      for (const mutant of mutantsOf(element, `${path}[${i}]`))
        yield { path: mutant.path, value: value.with(i, mutant.value) };
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      for (const mutant of mutantsOf(field as Encodable, `${path}.${name}`))
        yield { path: mutant.path, value: { ...value, [name]: mutant.value } as Encodable };
    }
  }
}

/** Maps and lists that are encoded in bytes; noise that happens to decode is not one of them. */
function structureIn(bytes: Uint8Array): Encodable | null {
  try {
    const value = decode(bytes, { maxBytes: 16 * 2 ** 20 });
    return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
      ? (value as Encodable)
      : null;
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return null;
  }
}

describe(`every field of what a server answers, changed alone (seed "${SEED}")`, () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(SEED);
  });
  afterAll(() => scene?.close());

  it('A08 A19 R02 of a log: rejected by code, or of no effect at all', async () => {
    let victim = await scene.martin();
    let template: Uint8Array | null = null;
    const capture = changedBytes('ops', (body, { id }) => {
      if (id === scene.laboratory) template ??= body.slice();
      return null;
    });
    const watcher = await scene.martin([capture]);
    await requireSync(watcher.person);
    const honest = decode(template ?? new Uint8Array(), { maxBytes: 16 * 2 ** 20 }) as Encodable;
    expect(Object.keys(honest as object).sort()).toEqual(
      Object.keys((opsAnswer.shape as unknown as { shape: object }).shape).sort(),
    );
    const outcomes = new Map<string, string>();
    for (const { path, value } of mutantsOf(honest)) {
      const lie = changedBytes('ops', (_, { id, request }) =>
        id === scene.laboratory && request.path.includes(`after=${scene.known}&`) ? encode(value) : null,
      );
      victim.transport.plan = [lie];
      const { failed } = await victim.person.sync();
      const shown = Object.keys(await shownTo(victim.person)).sort();
      if (failed.length > 0) {
        expect(failed, path).toEqual([
          {
            lane: expect.stringContaining(scene.laboratory),
            code: expect.stringMatching(/^(integrity|format|sync)\/[a-z-]+$/),
          },
        ]);
        expect(shown, path).toEqual(KNOWN_TITLES.toSorted());
        outcomes.set(path, failed[0]?.code ?? '');
      } else {
        // No effect: everything there is, as an honest server would have brought it.
        expect(shown, path).toEqual(ALL.toSorted());
        expect(await shownTo(victim.person), path).toEqual(written(ALL));
        outcomes.set(path, 'ignored');
        await victim.person.close();
        victim = await scene.martin();
      }
    }
    const ignored = [...outcomes].filter(([, code]) => code === 'ignored').map(([path]) => path);
    // Whether more is to come is a hint: the signed head decides.
    expect(ignored).toEqual(['.more']);
    expect(outcomes.size).toBeGreaterThan(60);
  });

  it('A08 A12 R02 R04 of a grant: nothing is shown unless it is exactly what its sender signed', async () => {
    const reader = await scene.stage.enter('reader', { kind: 'professional' });
    await requireSync(reader.person);
    const contact = await scene.alice.person.people.add(reader.person.contactCard());
    await scene.vault.share({ with: contact, category: 'laboratory' });
    await requireSync(scene.alice.person);
    const id = parseId('person', reader.person.id);
    const alice = parseId('person', scene.alice.person.id);
    const [row] = scene.stage.operator.query<{ bytes: Uint8Array }>(
      'select bytes from inbox where person = ?',
      id,
    );
    const grant = new Uint8Array(row?.bytes ?? []);
    const mutants = [...mutantsOf(grant)];
    expect(mutants.length).toBeGreaterThan(15);
    for (const { path, value } of mutants) {
      reader.transport.plan = [injected([value as Uint8Array], alice, 'withheld')];
      await requireSync(reader.person);
      expect(reader.person.sharedWithMe(), path).toEqual([]);
    }
    reader.transport.plan = [injected([grant], new Uint8Array(32), 'withheld')];
    await requireSync(reader.person);
    await requireSync(reader.person);
    expect(await shownTo(reader.person)).toEqual(written(ALL));
  });
});

import { VaultError } from '../errors.js';
import { type Id, parseId } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import type { RecordsAnywhere } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import { present } from './bounded.js';
import type { CodeOf } from './code-list.js';
import type { Entry } from './entry.js';
import { type ListContents, type ListInputs, type ListSection, SECTION_KINDS } from './list-section.js';
import {
  type KeptProposal,
  type MergedProposal,
  mergeProposals,
  PROPOSAL,
  proposalKey,
  saidBy,
} from './proposal.js';
import type { Section } from './section.js';
import { checked, isSameEntry, type SectionKind } from './section-kind.js';
import { type DocumentPlace, documentPlace, type ProfileHome } from './source.js';

/** Something that a document seems to say, as callers give it. */
export type ProposalInput = {
  readonly [Name in ListSection]: {
    readonly section: Name;
    readonly entry: ListInputs[Name];
    /** Where in the document; at most 200 characters. */
    readonly locator?: string | undefined;
  };
}[ListSection];

/** Something that a document seems to say, as shown: no part of the profile until it is confirmed. */
export type Proposal = {
  readonly [Name in ListSection]: {
    readonly id: Id<'item'>;
    readonly section: Name;
    readonly entry: ListContents[Name];
    readonly document: Id<'item'>;
    readonly locator: string | null;
    readonly status: CodeOf<'proposal'>;
    /** The entry it became, or null. */
    readonly confirmedAs: Id<'item'> | null;
    /** An entry that says the same already: confirming adds to it what it does not say, and this document. */
    readonly duplicateOf: Id<'item'> | null;
  };
}[ListSection];

/** What became of what was proposed. */
export interface Proposed {
  readonly proposed: readonly Proposal[];
  /** How many were left out because they had been proposed from this document before, and what became of them. */
  readonly known: number;
}

type AnyKind = SectionKind<object, unknown>;
type AnySection = Section<object, unknown>;

/** What documents seem to say, waiting for someone to confirm it. It is shared with nobody the profile is shared with. */
export class Proposals {
  readonly #home: ProfileHome;
  readonly #sectionOf: (section: ListSection) => AnySection;
  readonly #lives: LiveCache;

  /** @internal */
  constructor(home: ProfileHome, sectionOf: (section: ListSection) => AnySection, lives: LiveCache) {
    this.#home = home;
    this.#sectionOf = sectionOf;
    this.#lives = lives;
  }

  /**
   * Proposes what was read in a document; none of it when one is wrong.
   *
   * What was proposed from the same document before is left out, whether it waits, was confirmed or was refused. Of a new version of
   * earlier documents (`replaces` of a filed one), what was refused in one of those and still says the same is refused here too, and
   * what waits from those waits no more: it may have been corrected. Throws `usage/invalid`, `access/not-allowed`.
   */
  async propose(
    entries: readonly ProposalInput[],
    from: { readonly document: Id<'item'>; readonly replaces?: readonly Id<'item'>[] },
  ): Promise<Proposed> {
    const made = new Map<string, KeptProposal>();
    for (const { section, entry, locator } of entries) {
      const kind = kindOf(section);
      const place = checked(documentPlace, present({ document: from.document, locator }));
      const content = kind.check(entry);
      const key = proposalKey(place.document, kind, content);
      if (!made.has(key))
        made.set(key, { key, section, entry: content as KeptProposal['entry'], ...place, status: 'open' });
    }
    for (const { value } of await this.#records.list({ where: { document: from.document } }))
      made.delete(value.key);
    const earlier = await this.#ofDocuments(from.replaces ?? []);
    const refused = new Set(earlier.filter(({ status }) => status === 'refused').map(saidBy));
    const kept = [...made.values()].map((proposal) =>
      refused.has(saidBy({ item: { value: proposal } }))
        ? { ...proposal, status: 'refused' as const }
        : proposal,
    );
    const added = kept.length === 0 ? [] : await this.#records.addAll(kept);
    // After what takes their place: a crash in between leaves both, and asks twice.
    for (const { key, status } of earlier) if (status === 'open') await this.#withdraw(key);
    const wanted = new Set<Id<'item'>>(added.map(({ id }) => id));
    const proposed = (await this.list('open')).filter(({ id }) => wanted.has(id));
    return { proposed, known: entries.length - added.length };
  }

  /** The proposals that wait, or those of another status, newest first. */
  async list(status: CodeOf<'proposal'> = 'open'): Promise<Proposal[]> {
    const shown: Proposal[] = [];
    for (const merged of await this.#merged())
      if (merged.status === status) {
        const entries = await this.#sectionOf(merged.item.value.section).list();
        const proposal = proposalOf(merged, entries);
        if (proposal !== null) shown.push(proposal);
      }
    return shown;
  }

  /** As `list`, and all that follows. */
  live(status: CodeOf<'proposal'> = 'open'): Live<readonly Proposal[]> {
    const names = Object.keys(SECTION_KINDS) as ListSection[];
    return this.#lives.get(`proposals ${status}`, () =>
      deriveLive(
        [this.#records.live(), ...names.map((name) => this.#sectionOf(name).live())],
        (items, ...lists) =>
          Object.freeze(
            newestFirst(mergeProposals(items as readonly RecordItem<KeptProposal>[]))
              .filter((merged) => merged.status === status)
              .flatMap((merged) => {
                const at = names.indexOf(merged.item.value.section);
                const shown = proposalOf(merged, (lists[at] ?? []) as readonly Entry<object>[]);
                return shown === null ? [] : [shown];
              }),
          ),
      ),
    );
  }

  /**
   * Makes a proposal part of the profile, corrected by `change` if given, and gives the entry: a new one, or that which
   * said the same already, to which is added what it did not say.
   *
   * Its provenance is the document, its author who confirms. Throws `usage/not-found` unless it waits, `usage/invalid`.
   */
  async confirm(
    id: Id<'item'>,
    options: { readonly change?: Readonly<Record<string, unknown>> } = {},
  ): Promise<Entry<object>> {
    const { item, key } = await this.#waiting(id);
    const { section: name, entry, document, locator } = item.value;
    const section = this.#sectionOf(name);
    const value = kindOf(name).verify({ ...entry, ...options.change });
    const place: DocumentPlace = present({ document, locator }) as DocumentPlace;
    const same = await section.findSame(value);
    const made =
      same === null
        ? await section.addVerified(value, { source: { by: 'document', ...place } })
        : await section.enrich(same.id, value, place);
    // The entry first: after a crash in between, the proposal waits on, and finds the entry that says the same.
    await this.#decide(key, { status: 'confirmed', confirmedAs: made.id });
    return made;
  }

  /** Refuses a proposal: the same from the same document is not offered again. Throws `usage/not-found` unless it waits. */
  async refuse(id: Id<'item'>): Promise<void> {
    const { key } = await this.#waiting(id);
    await this.#decide(key, { status: 'refused' });
  }

  async #ofDocuments(documents: readonly Id<'item'>[]): Promise<MergedProposal[]> {
    if (documents.length === 0) return [];
    return (await this.#merged()).filter(({ item }) => documents.includes(item.value.document));
  }

  async #withdraw(key: string): Promise<void> {
    for (const { id } of await this.#records.list({ where: { key } })) await this.#records.remove(id);
  }

  async #decide(key: string, decision: Pick<KeptProposal, 'status' | 'confirmedAs'>): Promise<void> {
    for (const { id } of await this.#records.list({ where: { key } }))
      await this.#records.update(id, decision);
  }

  async #waiting(id: Id<'item'>): Promise<MergedProposal> {
    parseId('item', id);
    const found = (await this.#merged()).find(({ item, status }) => item.id === id && status === 'open');
    if (found === undefined) throw new VaultError('usage/not-found', { id });
    return found;
  }

  async #merged(): Promise<MergedProposal[]> {
    return newestFirst(mergeProposals(await this.#records.list()));
  }

  get #records(): RecordsAnywhere<KeptProposal> {
    const { collection } = this.#home;
    if (collection !== undefined && collection !== PROPOSAL.collection)
      throw new VaultError('usage/invalid', { argument: 'section' });
    return this.#home.records(PROPOSAL);
  }
}

function kindOf(section: string): AnyKind {
  const kinds = SECTION_KINDS as unknown as Readonly<Record<string, AnyKind>>;
  const kind = Object.hasOwn(kinds, section) ? kinds[section] : undefined;
  if (kind === undefined) throw new VaultError('usage/invalid', { argument: 'section' });
  return kind;
}

/** Null for one whose content this version cannot read: it waits for another. */
function proposalOf({ item, status }: MergedProposal, entries: readonly Entry<object>[]): Proposal | null {
  const { section, entry, document, locator, confirmedAs } = item.value;
  const kind = kindOf(section);
  let content: object;
  try {
    content = kind.verify(entry);
  } catch {
    return null;
  }
  const same = entries.find(({ value }) => isSameEntry(kind, value, content));
  return Object.freeze({
    ...{ id: item.id, section, entry: content, document, status },
    ...{ locator: locator ?? null, confirmedAs: confirmedAs ?? null, duplicateOf: same?.id ?? null },
  }) as Proposal;
}

function newestFirst(merged: readonly MergedProposal[]): MergedProposal[] {
  return merged.toSorted((a, b) => b.item.created - a.item.created || (a.item.id < b.item.id ? 1 : -1));
}

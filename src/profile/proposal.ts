import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { defineKind } from '../records/record-kind.js';
import type { RecordItem } from '../vault/record-item.js';
import { itemId, line } from './bounded.js';
import { type CodeOf, oneOf } from './code-list.js';
import { normalised } from './coded.js';
import { isListSection, type ListSection } from './list-section.js';
import type { SectionKind } from './section-kind.js';
import { PROPOSALS_COLLECTION } from './section-name.js';

/** Something that a document seems to say, as it is kept. @internal */
export interface KeptProposal {
  /** The same for the same thing in the same document, on whatever device it was found. */
  readonly key: string;
  readonly section: ListSection;
  /** Content of an entry of that section. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly document: Id<'item'>;
  readonly locator?: string | undefined;
  readonly status: CodeOf<'proposal'>;
  /** The entry it became. */
  readonly confirmedAs?: Id<'item'> | undefined;
}

const kept: z.ZodMiniType<KeptProposal> = z.strictObject({
  key: z.string().check(z.minLength(1), z.maxLength(1500)),
  section: z.custom<ListSection>((value) => typeof value === 'string' && isListSection(value)),
  entry: z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  document: itemId,
  locator: z.optional(line(200)),
  status: oneOf('proposal'),
  confirmedAs: z.optional(itemId),
});

/** @internal */
export const PROPOSAL = /* @__PURE__ */ defineKind<KeptProposal>({
  kind: 'profile.proposal',
  schema: 1,
  collection: PROPOSALS_COLLECTION,
  parse(value) {
    const parsed = kept.safeParse(value);
    if (!parsed.success) throw new VaultError('format/malformed', { kind: 'profile.proposal' });
    return parsed.data;
  },
});

/**
 * What makes a proposal the same as another: its document, section, what it is about, by name, and its date.
 *
 * Not where in the document, nor the rest of what it says: a reader that has learnt better is not to ask again.
 *
 * @internal
 */
export function proposalKey<T extends object>(
  document: Id<'item'>,
  { section, about, dateOf }: Pick<SectionKind<T>, 'section' | 'about' | 'dateOf'>,
  value: T,
): string {
  const names = about(value).map(({ text }) => normalised(text));
  return [document, section, ...names, dateOf(value) ?? ''].join('\n');
}

/** The same for the same thing said in any document, to the letter. @internal */
export function saidBy({ item }: { readonly item: { readonly value: KeptProposal } }): string {
  const { section, entry } = item.value;
  return JSON.stringify([section, inOrder(entry)]);
}

/** A value whose fields are in the order of their names, however they were written. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([name, field]) => [name, inOrder(field)]);
}

/** Proposals of one key, as one. @internal */
export interface MergedProposal {
  readonly key: string;
  /** The first by id. */
  readonly item: RecordItem<KeptProposal>;
  /** `confirmed` if it was anywhere, else `refused` if it was: an entry that is there cannot have been refused. */
  readonly status: CodeOf<'proposal'>;
}

/**
 * Reads proposals as one for each key: two devices may have read the same document while offline.
 *
 * @internal
 */
export function mergeProposals(items: readonly RecordItem<KeptProposal>[]): MergedProposal[] {
  const byKey = new Map<string, RecordItem<KeptProposal>[]>();
  for (const item of items.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    byKey.set(item.value.key, [...(byKey.get(item.value.key) ?? []), item]);
  return [...byKey].map(([key, group]) => {
    const said = new Set<unknown>(
      group.flatMap(({ value, conflicts }) => [
        value.status,
        ...conflicts.filter(({ field }) => field === 'status').map((conflict) => conflict.value),
      ]),
    );
    const status = said.has('confirmed') ? 'confirmed' : said.has('refused') ? 'refused' : 'open';
    return { key, item: group[0] as RecordItem<KeptProposal>, status };
  });
}

import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import type { RecordHome } from '../vault/record-home.js';
import { itemId, line, present, some } from './bounded.js';
import { type CodeOf, oneOf } from './code-list.js';
import { day } from './partial-date.js';

/** Who or what an entry comes from. */
export type SourceKind = CodeOf<'source'>;

/** A document of the vault that says something, and where in it. */
export interface DocumentPlace {
  readonly document: Id<'item'>;
  /** A page, a line, a field: at most 200 characters, for people and programs that look it up. */
  readonly locator?: string | undefined;
}

/** Where an entry comes from, as its writer says. */
export interface Source {
  readonly by: SourceKind;
  /** The document it was taken from; with `by: 'document'` and only then. */
  readonly document?: Id<'item'> | undefined;
  readonly locator?: string | undefined;
  /** The system it was imported from. */
  readonly system?: string | undefined;
  /** The day it was said, `YYYY-MM-DD`, where that is not the day it was written down. */
  readonly on?: string | undefined;
}

/** Where an entry comes from, as shown. */
export interface Provenance {
  /** What the author says of themselves, or of the paper in their hands. */
  readonly by: SourceKind;
  /** Who wrote what is shown, by a signature that was verified: what counts when `by` is in doubt. */
  readonly author: Id<'person'>;
  /** When it was first written down, in milliseconds since 1970, by the clock of that device. */
  readonly recorded: number;
  /** When it was last changed; as `recorded`. */
  readonly changed: number;
  /** The day it was said, or null where nothing else than `recorded` is known. */
  readonly on: string | null;
  readonly document: Id<'item'> | null;
  readonly locator: string | null;
  readonly system: string | null;
  /** Further documents that say the same. */
  readonly also: readonly DocumentPlace[];
}

/** How something is written. */
export interface WriteOptions {
  /** By the patient in a vault, by a professional in what was shared, unless said otherwise. */
  readonly source?: Source | undefined;
}

/** A vault or a share, as a module gets to see it: only a share names a collection and who it is from. */
export interface ProfileHome extends RecordHome {
  /** The only collection that is here; there is none to name in a vault. */
  readonly collection?: string | null;
  readonly from?: Id<'person'>;
  readonly holder?: { readonly birthDate?: string } | null;
}

/** @internal */
export const documentPlace: z.ZodMiniType<DocumentPlace> = z.strictObject({
  document: itemId,
  locator: z.optional(line(200)),
});

/** @internal */
export const alsoIn: z.ZodMiniType<DocumentPlace[]> = some(documentPlace, 20);

/** @internal */
export const source: z.ZodMiniType<Source> = z
  .strictObject({
    by: oneOf('source'),
    document: z.optional(itemId),
    locator: z.optional(line(200)),
    system: z.optional(line(200)),
    on: z.optional(day),
  })
  .check(
    z.refine(({ by, document }) => (by === 'document') === (document !== undefined)),
    z.refine(({ document, locator }) => locator === undefined || document !== undefined),
    z.refine(({ by, system }) => system === undefined || by === 'import'),
  );

const IN_VAULT: readonly SourceKind[] = ['patient', 'document', 'import'];
const IN_SHARE: readonly SourceKind[] = ['professional', 'carer', 'document', 'import'];

/** Whether this is something shared, and not a vault of one's own. @internal */
export function isShare(home: ProfileHome): boolean {
  return home.from !== undefined;
}

/**
 * The source to write, checked.
 *
 * Nobody speaks for another: `patient` is for the vault, `professional` and `carer` for those it was shared with. Throws
 * `usage/invalid`.
 *
 * @internal
 */
export function sourceToWrite(home: ProfileHome, given: Source | undefined, before?: Source): Source {
  const mine = isShare(home) ? IN_SHARE : IN_VAULT;
  if (given === undefined) {
    // A paper stays the source of what is corrected after it; a person's word becomes that of who changes it.
    const isPaper = before?.by === 'document' || before?.by === 'import';
    return before !== undefined && isPaper ? before : { by: isShare(home) ? 'professional' : 'patient' };
  }
  const parsed = source.safeParse(present(given));
  if (!parsed.success) throw new VaultError('usage/invalid', { argument: 'source' });
  if (!mine.includes(parsed.data.by)) throw new VaultError('usage/invalid', { argument: 'source.by' });
  return parsed.data;
}

/** @internal */
export function provenanceOf(
  item: { readonly author: Id<'person'>; readonly created: number; readonly changed: number },
  { by, on, document, locator, system }: Source,
  also: readonly DocumentPlace[] = [],
): Provenance {
  return {
    ...{ by, author: item.author, recorded: item.created, changed: item.changed, on: on ?? null },
    ...{ document: document ?? null, locator: locator ?? null, system: system ?? null, also },
  };
}

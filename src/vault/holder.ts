import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import type { IndexEntry } from '../records/index-entry.js';

/** Whom a vault is about: the traits that tell a person from another. They are in the vault's index, and shared with nobody. */
export interface Holder {
  /** At most 200 characters, as each name. */
  readonly birthName: string;
  /** In the order of the act of birth, at most 20. */
  readonly givenNames?: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly birthDate?: string;
  readonly sex?: 'female' | 'male' | 'unknown';
  /** INSEE code of the place of birth, five characters. */
  readonly birthPlace?: string;
  /** National health identity (INS), 13 characters or 15 with the key; `coffret/identity-fr` checks it. */
  readonly ins?: string;
  /** OID of the authority that gave it, which tells a test identity from a real one. */
  readonly insOid?: string;
}

type HolderEntry = IndexEntry<'index.holder'>;

const name = () => z.string().check(z.regex(/^(?=.*\S)[^\p{Cc}]{1,200}$/u));

const schema = z
  .strictObject({
    birthName: name(),
    givenNames: z.optional(z.array(name()).check(z.maxLength(20))),
    birthDate: z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))),
    sex: z.optional(z.enum(['female', 'male', 'unknown'])),
    birthPlace: z.optional(z.string().check(z.regex(/^[0-9AB]{5}$/))),
    ins: z.optional(z.string().check(z.regex(/^\d{6}[0-9AB]\d{6}(\d{2})?$/))),
    insOid: z.optional(z.string().check(z.maxLength(100), z.regex(/^[0-2](\.\d+)+$/))),
  })
  .check(z.refine(({ ins, insOid }) => insOid === undefined || ins !== undefined, { path: ['insOid'] }));

/** A holder as the index keeps them. Throws `usage/invalid` with the trait that is wrong, never with its value. @internal */
export function holderEntry(holder: Holder, created: number): HolderEntry {
  const given = Object.entries(holder ?? {}).filter(([, value]) => value !== undefined);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success)
    throw new VaultError('usage/invalid', { argument: String(parsed.error.issues[0]?.path[0] ?? 'holder') });
  const { birthName, givenNames = [], birthDate, sex, birthPlace, ins, insOid } = parsed.data;
  return {
    ...{ birthName, givenNames, created },
    ...{ birthDate: birthDate ?? null, sex: sex ?? null, birthPlace: birthPlace ?? null },
    ...(ins === undefined ? {} : { ins }),
    ...(insOid === undefined ? {} : { insOid }),
  };
}

/** A holder as shown. @internal */
export function showHolder(entry: HolderEntry): Holder {
  const { birthName, givenNames, birthDate, sex, birthPlace, ins, insOid } = entry;
  return Object.freeze({
    ...{ birthName, givenNames },
    ...(birthDate === null ? {} : { birthDate }),
    ...(sex === null ? {} : { sex }),
    ...(birthPlace === null ? {} : { birthPlace }),
    ...(ins === undefined ? {} : { ins }),
    ...(insOid === undefined ? {} : { insOid }),
  });
}

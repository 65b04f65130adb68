import type * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { defineKind, type RecordKind } from '../records/record-kind.js';
import { present } from './bounded.js';
import { type Coded, keysOfCoded } from './coded.js';
import type { EntryText } from './field-label.js';
import { mayBeSameDate, type PartialDate } from './partial-date.js';
import { collectionOfSection, type ProfileLanguage, type SectionName } from './section-name.js';
import { alsoIn, type DocumentPlace, type Source, source } from './source.js';

/** An entry as it is sealed: its content, and where it comes from. @internal */
export type Stored<T> = T & { readonly source: Source; readonly also?: readonly DocumentPlace[] | undefined };

/** All that is particular to one section with entries. @internal */
export interface SectionKind<T extends object, Input = T> {
  readonly section: SectionName;
  readonly kind: RecordKind<Stored<T>>;
  /** The content checked and made ready to keep. Throws `usage/invalid` with the field that is wrong. */
  readonly check: (input: Input) => T;
  /** The same of content, as it is kept. */
  readonly verify: (content: unknown) => T;
  /** The things that an entry is about, by which two entries are recognised as one. */
  readonly about: (value: T) => readonly Coded[];
  readonly dateOf: (value: T) => PartialDate | undefined;
  readonly print: (value: T, language: ProfileLanguage) => EntryText;
}

/** @internal */
export interface SectionDefinition<T extends object, Input = T>
  extends Pick<SectionKind<T, Input>, 'section' | 'about' | 'dateOf' | 'print'> {
  readonly name: string;
  readonly content: z.ZodMiniType<T>;
  /** Makes content of what callers give, where that differs. */
  readonly prepare?: (input: Input) => unknown;
}

/** @internal */
export function defineSection<T extends object, Input = T>(
  definition: SectionDefinition<T, Input>,
): SectionKind<T, Input> {
  const { section, name, content, about, dateOf, print, prepare = present } = definition;
  const kind = defineKind<Stored<T>>({
    kind: name,
    schema: 1,
    collection: collectionOfSection(section),
    parse(value) {
      const { source: from, also, ...rest } = value as Record<string, unknown>;
      const parts = [content.safeParse(rest), source.safeParse(from)] as const;
      const others = also === undefined ? undefined : alsoIn.safeParse(also);
      if (!parts[0].success || !parts[1].success || others?.success === false)
        throw new VaultError('format/malformed', { kind: name });
      const stored = { ...parts[0].data, source: parts[1].data };
      return (others === undefined ? stored : { ...stored, also: others.data }) as Stored<T>;
    },
  });
  const verify = (value: unknown) => checked(content, present(value));
  const check = (input: Input) => checked(content, prepare(input));
  return Object.freeze({ section, kind, check, verify, about, dateOf, print });
}

/** What a schema accepts. Throws `usage/invalid` with the path of what it does not; never with a value. @internal */
export function checked<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new VaultError('usage/invalid', { argument: path === '' ? 'entry' : path });
}

/** Whether two entries of a section are about the same thing on the same date. @internal */
export function isSameEntry<T extends object>(kind: Identified<T>, a: T, b: T): boolean {
  if (!mayBeSameDate(kind.dateOf(a), kind.dateOf(b))) return false;
  const keys = keysOf(kind, b);
  return keysOf(kind, a).some((key) => keys.includes(key));
}

/** What an entry is recognised by: two that have one in common are about the same thing. @internal */
export function keysOf<T extends object>({ about }: Identified<T>, value: T): readonly string[] {
  const known = keys.get(value);
  if (known !== undefined) return known;
  const made = about(value).flatMap(keysOfCoded);
  keys.set(value, made);
  return made;
}

type Identified<T extends object> = Pick<SectionKind<T>, 'about' | 'dateOf'>;

const keys = /* @__PURE__ */ new WeakMap<object, readonly string[]>();

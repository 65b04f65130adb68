import * as z from 'zod/mini';
import { type Id, isId } from '../formats/id.js';

/** Text of one line: 1 to `lengthMax` UTF-16 units, with no control characters and not only blanks. @internal */
export function line(lengthMax: number): z.ZodMiniType<string> {
  return z.string().check(z.maxLength(lengthMax), z.regex(/^(?=.*\S)[^\p{Cc}]*$/u));
}

/** Text of several lines: 1 to `lengthMax` UTF-16 units, with no control characters but line ends and tabs. @internal */
export function lines(lengthMax: number): z.ZodMiniType<string> {
  return z.string().check(
    z.maxLength(lengthMax),
    z.regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u),
    z.refine((text) => text.trim() !== ''),
  );
}

/** A list of at most `countMax`, and not an empty one: what there is none of is left out. @internal */
export function some<T>(of: z.ZodMiniType<T>, countMax: number): z.ZodMiniType<T[]> {
  return z.array(of).check(z.minLength(1), z.maxLength(countMax));
}

/** A whole number within bounds. @internal */
export function whole(min: number, max: number): z.ZodMiniType<number> {
  return z.int().check(z.gte(min), z.lte(max));
}

/** The id of a record or document. @internal */
export const itemId: z.ZodMiniType<Id<'item'>> = z.custom<Id<'item'>>((value) => isId('item', value));

/** The id of a person. @internal */
export const personId: z.ZodMiniType<Id<'person'>> = z.custom<Id<'person'>>((value) => isId('person', value));

/** The value without what is `undefined`, in it or in its parts. @internal */
export function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([name, part]) => [name, present(part)]));
}

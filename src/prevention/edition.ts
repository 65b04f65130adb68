import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { EDITION, type EditionFile, type Rule } from './edition-schema.js';
import fr from './editions/fr-2026-04.json' with { type: 'json' };

/** The same text in the languages that the SDK speaks. */
export type InLanguages = Readonly<Record<'fr' | 'en', string>>;

/** A dated set of rules; its file is all there is to it, `JSON.stringify` gives it back. */
export interface PreventionEdition {
  readonly id: string;
  /** The country whose rules these are: `FR`. */
  readonly jurisdiction: string;
  readonly title: InLanguages;
  /** When the rules were published: a year, month or day. */
  readonly published: string;
  /** How the rules came here, and who has to look at them before anyone relies on them. */
  readonly provenance: InLanguages;
  /** The professional who compared it with its sources, or `null`. */
  readonly reviewedBy: string | null;
  /** What an app may ask about a person, by the name that `facts.conditions` takes. */
  readonly conditions: Readonly<Record<string, InLanguages>>;
  /** What products protect against, by the names that a record may use for both. */
  readonly products: Readonly<Record<string, readonly string[]>>;
}

/** The longest text of an edition that is read, in UTF-16 units. */
const EDITION_LENGTH_MAX = 1_000_000;

const parsed = /* @__PURE__ */ new WeakMap<PreventionEdition, EditionFile>();

/**
 * Reads an edition that the app brings, to take the place of the one in the package.
 *
 * Throws `format/too-large` above a million characters, `format/unsupported` for another version of the format, and
 * `format/malformed` with `at` for anything else, as a source or condition that a rule names and the edition does not.
 */
export function parseEdition(json: string): PreventionEdition {
  if (typeof json !== 'string') throw new VaultError('usage/invalid', { argument: 'json' });
  if (json.length > EDITION_LENGTH_MAX) throw new VaultError('format/too-large');
  return read(parseJson(json));
}

let own: PreventionEdition | undefined;

/** The edition in the package: France, April 2026, which no professional has reviewed. */
export function currentEdition(): PreventionEdition {
  own ??= read(fr);
  return own;
}

/** The rules of an edition. Throws `usage/invalid` for one that did not come from `parseEdition`. @internal */
export function rulesOf(edition: PreventionEdition): EditionFile {
  const file = parsed.get(edition);
  if (file === undefined) throw new VaultError('usage/invalid', { argument: 'edition' });
  return file;
}

function read(value: unknown): PreventionEdition {
  const result = z.safeParse(EDITION, value);
  if (!result.success) {
    if (isOtherFormat(value)) throw new VaultError('format/unsupported');
    throw malformed(result.error.issues[0]?.path.join('.') ?? '');
  }
  const file = result.data;
  const wrong = dangling(file);
  if (wrong !== undefined) throw malformed(wrong);
  const edition: PreventionEdition = freeze(file);
  parsed.set(edition, file);
  return edition;
}

/** The first place that names something the edition does not have, or has twice. */
function dangling({ rules, sources, conditions }: EditionFile): string | undefined {
  const ids = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    if (ids.has(rule.id)) return `rules.${at}.id`;
    ids.add(rule.id);
    if (!Object.hasOwn(sources, rule.source)) return `rules.${at}.source`;
    if (conditionsOf(rule).some((name) => !Object.hasOwn(conditions, name))) return `rules.${at}.condition`;
  }
  return undefined;
}

function conditionsOf(rule: Rule): readonly string[] {
  return [
    ...rule.for.flatMap(({ condition }) => condition ?? []),
    ...(rule.unless ?? []),
    ...(rule.apart ?? []).flatMap(({ shorter }) => shorter?.condition ?? []),
    ...(rule.plan.type === 'series' ? rule.plan.schedules.flatMap(({ when }) => when ?? []) : []),
  ];
}

function isOtherFormat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { format } = value as { format?: unknown };
  return format !== undefined && format !== 1;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw malformed('');
  }
}

function malformed(at: string): VaultError {
  return new VaultError('format/malformed', { at });
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

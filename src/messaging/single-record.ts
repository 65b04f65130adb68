import type { RecordKind } from '../records/record-kind.js';
import type { RecordHome } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import { type MessagingPolicy, POLICY, POLICY_DEFAULT } from './policy.js';
import { type MessagingSettings, SETTINGS, SETTINGS_DEFAULT } from './settings.js';

/** What this person set, or what holds where nothing was. */
export async function settingsOf(person: RecordHome): Promise<MessagingSettings> {
  return (await lastOf(person, SETTINGS)) ?? SETTINGS_DEFAULT;
}

/** The policy of a vault, or what holds where none was set. */
export async function policyOf(vault: RecordHome): Promise<MessagingPolicy> {
  return (await lastOf(vault, POLICY)) ?? POLICY_DEFAULT;
}

/** Sets the one record of a kind; where two devices made one each, one is left. */
export async function setOne<T extends object>(
  home: RecordHome,
  kind: RecordKind<T>,
  value: T,
): Promise<void> {
  const records = home.records(kind);
  const [first, ...others] = await records.list();
  for (const { id } of others) await records.remove(id);
  if (first === undefined) await records.add(value);
  else await records.update(first.id, value);
}

/** The one record of a kind: of several, which two devices made apart, the one that was changed last. */
async function lastOf<T extends object>(home: RecordHome, kind: RecordKind<T>): Promise<T | null> {
  return latestOf(await home.records(kind).list());
}

/** What was said last among these. */
export function latestOf<T>(records: readonly RecordItem<T>[]): T | null {
  return records.toSorted((a, b) => a.changed - b.changed || (a.id < b.id ? -1 : 1)).at(-1)?.value ?? null;
}

import * as z from 'zod/mini';
import { defineKind } from '../records/record-kind.js';

/** What this person wants of messaging, on all their devices. */
export interface MessagingSettings {
  /** Whether others are told what this person read. */
  readonly receipts: boolean;
}

/** What holds where nothing was set: nobody is told. */
export const SETTINGS_DEFAULT: MessagingSettings = /* @__PURE__ */ Object.freeze({ receipts: false });

const settings = z.strictObject({ receipts: z.boolean() });

export const SETTINGS = /* @__PURE__ */ defineKind<MessagingSettings>({
  kind: 'messaging.settings',
  schema: 1,
  collection: 'messaging',
  parse: (value) => z.parse(settings, value),
});

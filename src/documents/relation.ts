import * as z from 'zod/mini';
import type { Id } from '../formats/id.js';
import { defineKind } from '../records/record-kind.js';
import { itemId } from './filing.js';

/** How a document has to do with something else. */
export const RELATIONS = ['about', 'replaces', 'adds-to', 'answers'] as const;
/** One of them. */
export type RelationType = (typeof RELATIONS)[number];

/** That a document has to do with another item of the vault: a document, a condition, a measure, an event. */
export interface Relation {
  readonly document: Id<'item'>;
  readonly to: Id<'item'>;
  /** `about` something of the profile or agenda; the others are about documents. */
  readonly type: RelationType;
}

const relation = z.strictObject({ document: itemId, to: itemId, type: z.enum(RELATIONS) });

export const RELATION = /* @__PURE__ */ defineKind<Relation>({
  kind: 'documents.relation',
  schema: 1,
  collection: 'own-filing',
  parse: (value) => z.parse(relation, value),
});

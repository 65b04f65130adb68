import type { RecordKind } from '../records/record-kind.js';
import { FACT_KINDS } from './fact.js';
import { SECTION_KINDS } from './list-section.js';
import { PROPOSAL } from './proposal.js';
import { WISH } from './wish.js';

/** Every kind of record that the profile keeps: for a worker's own program, which has to know them. */
export const PROFILE_KINDS: readonly RecordKind<object>[] = /* @__PURE__ */ Object.freeze([
  ...Object.values(SECTION_KINDS).map(({ kind }) => kind as unknown as RecordKind<object>),
  ...FACT_KINDS.map((kind) => kind as unknown as RecordKind<object>),
  WISH as unknown as RecordKind<object>,
  PROPOSAL as unknown as RecordKind<object>,
]);

import { VaultError } from '../errors.js';
import { boundedText, malformed } from './argument.js';
import { IDENTITY_LABELS } from './labels.js';

/**
 * How far an identity is trusted where care is given (RNIV, code system `fr-core-cs-identity-status`): provisional,
 * recovered from INSi, validated by a document, or qualified, which is both. One at a time.
 */
export type IdentityStatus = 'PROV' | 'RECUP' | 'VALI' | 'QUAL';

/** What may be said besides: doubtful, proven or possible homonym, fictitious. */
export type IdentityAttribute = 'DOUT' | 'HOMA' | 'HOMD' | 'FICT';

/**
 * What has to be done, by a professional or a structure and never by this SDK: call INSi, check an identity document
 * of high trust, and hold the traits of both against each other.
 */
export type IdentityStep = 'ins-retrieval' | 'document-check' | 'traits-coherence';

const DONE: Readonly<Record<IdentityStatus, readonly IdentityStep[]>> = {
  PROV: [],
  RECUP: ['ins-retrieval'],
  VALI: ['document-check'],
  QUAL: ['ins-retrieval', 'document-check', 'traits-coherence'],
};

/**
 * What it takes to get from one status to another; null when no way leads up there.
 *
 * Source: RNIV, [EXI SI 07], as FR Core and the regional guides give it. Going back needs no step: whoever finds a
 * doubt takes the status away.
 */
export function stepsToStatus(from: IdentityStatus, to: IdentityStatus): readonly IdentityStep[] | null {
  const done = DONE[requireStatus(from, 'from')];
  const wanted = DONE[requireStatus(to, 'to')];
  return done.every((step) => wanted.includes(step)) ? wanted.filter((step) => !done.includes(step)) : null;
}

/** Who says so. */
export interface IdentityStatedBy {
  readonly kind: 'holder' | 'carer' | 'professional' | 'structure' | 'document' | 'datamatrix';
  /** At most 200 characters; not looked up anywhere. */
  readonly name?: string;
}

/** A status as someone told it. This SDK calls no INSi and sees no document, so `verified` is never true. */
export interface StatedIdentityStatus {
  readonly status: IdentityStatus;
  readonly attributes: readonly IdentityAttribute[];
  readonly by: IdentityStatedBy;
  readonly verified: false;
}

/**
 * Passes on what someone says of the status of an identity, with who says it.
 *
 * A doubtful or fictitious identity is provisional (known from practice). Throws `usage/invalid` for a status, an
 * attribute or a kind of person that there is not, `format/malformed` with `problem: 'length'` for a long name.
 */
export function statedIdentityStatus(stated: {
  readonly status: IdentityStatus;
  readonly attributes?: readonly IdentityAttribute[];
  readonly by: IdentityStatedBy;
}): StatedIdentityStatus {
  const status = requireStatus(stated.status, 'status');
  const attributes = [...new Set(stated.attributes ?? [])];
  if (attributes.some((one) => !Object.hasOwn(IDENTITY_LABELS.attribute, one))) throw invalid('attributes');
  const isDoubted = attributes.includes('DOUT') || attributes.includes('FICT');
  if (isDoubted && status !== 'PROV') throw invalid('attributes');
  if (!Object.hasOwn(IDENTITY_LABELS.statedBy, stated.by?.kind)) throw invalid('by');
  const { kind, name } = stated.by;
  if (name !== undefined && boundedText('by', name, 200) === null) throw malformed('by', 'length');
  return Object.freeze({
    status,
    attributes: Object.freeze(attributes),
    by: Object.freeze(name === undefined ? { kind } : { kind, name }),
    verified: false,
  });
}

/** A status in words, always with who says it: `Identité qualifiée, selon le titulaire ; non vérifié`. */
export function describeIdentityStatus(stated: StatedIdentityStatus, language: 'fr' | 'en'): string {
  const words = [stated.status, ...stated.attributes].map((code, place) =>
    place === 0
      ? IDENTITY_LABELS.status[code as IdentityStatus][language]
      : IDENTITY_LABELS.attribute[code as IdentityAttribute][language],
  );
  const who = IDENTITY_LABELS.statedBy[stated.by.kind][language];
  const by = stated.by.name === undefined ? who : `${who} (${stated.by.name})`;
  return language === 'fr'
    ? `${words.join(', ')}, selon ${by} ; non vérifié`
    : `${words.join(', ')}, according to ${by}; not verified`;
}

function requireStatus(status: IdentityStatus, argument: string): IdentityStatus {
  if (typeof status !== 'string' || !Object.hasOwn(DONE, status)) throw invalid(argument);
  return status;
}

function invalid(argument: string): VaultError {
  return new VaultError('usage/invalid', { argument });
}

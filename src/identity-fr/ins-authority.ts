import { boundedText } from './argument.js';
import type { InLanguages } from './labels.js';

/** What the numbers of an authority are for. Only `production` ones are of real people. */
export type InsUse = 'production' | 'test' | 'demonstration';

/** Who gives out matricules of one kind, by its OID. */
export interface InsAuthority {
  /** Without `urn:oid:`. */
  readonly oid: string;
  readonly kind: 'NIR' | 'NIA';
  readonly use: InsUse;
  /** The code of FHIR `Identifier.type`, in `fr-core-cs-v2-0203`. */
  readonly typeCode: 'INS-NIR' | 'INS-NIA' | 'INS-NIR-TEST' | 'INS-NIR-DEMO';
  readonly label: InLanguages;
}

/** Every authority of INS matricules. Source: FR Core, profile `fr-core-patient-ins`. No OID for a NIA of test is known. */
export const INS_AUTHORITIES: readonly InsAuthority[] = [
  {
    oid: '1.2.250.1.213.1.4.8',
    kind: 'NIR',
    use: 'production',
    typeCode: 'INS-NIR',
    label: { fr: 'INS-NIR', en: 'INS-NIR' },
  },
  {
    oid: '1.2.250.1.213.1.4.9',
    kind: 'NIA',
    use: 'production',
    typeCode: 'INS-NIA',
    label: { fr: 'INS-NIA (provisoire)', en: 'INS-NIA (interim)' },
  },
  {
    oid: '1.2.250.1.213.1.4.10',
    kind: 'NIR',
    use: 'test',
    typeCode: 'INS-NIR-TEST',
    label: { fr: 'INS de test', en: 'Test INS' },
  },
  {
    oid: '1.2.250.1.213.1.4.11',
    kind: 'NIR',
    use: 'demonstration',
    typeCode: 'INS-NIR-DEMO',
    label: { fr: 'INS de démonstration', en: 'Demonstration INS' },
  },
];

/**
 * The OIDs under which a NIR or a NIA is a social security number, and no INS: it may be that of a parent.
 *
 * Source: FR Core 2.2.0, slices `NSS-NIR` and `NSS-NIA`.
 */
export const SOCIAL_SECURITY_OIDS: readonly string[] = ['1.2.250.1.213.1.4.13', '1.2.250.1.213.1.4.14'];

/** Longer than any OID here, with its prefix. */
export const OID_TEXT_MAX = 64;

/**
 * The authority of an OID, as `1.2…` or `urn:oid:1.2…`; null for any other OID.
 *
 * Throws `usage/invalid` for what is no text.
 */
export function insAuthority(oid: string): InsAuthority | null {
  const given = boundedText('oid', oid, OID_TEXT_MAX);
  return given === null ? null : (INS_AUTHORITIES.find((one) => one.oid === withoutPrefix(given)) ?? null);
}

/** An OID without `urn:oid:`. */
export function withoutPrefix(oid: string): string {
  return oid.startsWith('urn:oid:') ? oid.slice('urn:oid:'.length) : oid;
}

import { lineOf, type XmlElement } from './xml-element.js';

/** What a French identifier is; `null` for one of another system. */
export type CdaIdKind =
  | 'ins-nir'
  | 'ins-nia'
  | 'ins-nir-test'
  | 'ins-nir-demo'
  | 'ins-c'
  | 'rpps'
  | 'adeli'
  | 'finess'
  | 'siren'
  | 'siret';

/** An identifier (HL7 II): an OID or UUID, and what is counted under it. */
export interface CdaId {
  readonly root: string;
  readonly extension: string | null;
  readonly kind: CdaIdKind | null;
  /** Without the prefix that national identifiers of professionals and structures carry; null where `kind` is. */
  readonly value: string | null;
}

/** Fr-core-patient-ins 2.1.0: production and test are systems of their own. */
const ROOTS: Readonly<Record<string, CdaIdKind>> = {
  '1.2.250.1.213.1.4.8': 'ins-nir',
  '1.2.250.1.213.1.4.9': 'ins-nia',
  '1.2.250.1.213.1.4.10': 'ins-nir-test',
  '1.2.250.1.213.1.4.11': 'ins-nir-demo',
  '1.2.250.1.213.1.4.2': 'ins-c',
  '1.2.250.1.24.3.1': 'siren',
  '1.2.250.1.24.3.2': 'siret',
};

const IDS_MAX = 50;

const PROFESSIONAL = '1.2.250.1.71.4.2.1';
const STRUCTURE = '1.2.250.1.71.4.2.2';

/** National identifiers, by their prefix (CI-SIS): what follows it has to look like what it says. */
const PROFESSIONALS: Readonly<Record<string, readonly [CdaIdKind, RegExp]>> = {
  0: ['adeli', /^[0-9A-Z]{9}$/],
  8: ['rpps', /^\d{11}$/],
};
const STRUCTURES: Readonly<Record<string, readonly [CdaIdKind, RegExp]>> = {
  1: ['finess', /^[0-9A-Z]{9}$/],
  2: ['siren', /^\d{9}$/],
  3: ['siret', /^\d{14}$/],
};

/** One identifier, or null where there is none. @internal */
export function idOf(element: XmlElement | null): CdaId | null {
  const root = lineOf(element?.get('root'), 128);
  if (element === null || root === null) return null;
  const extension = lineOf(element.get('extension'), 256);
  return { root, extension, ...kindOf(root, extension) };
}

/** All identifiers of something. @internal */
export function idsOf(element: XmlElement | null): CdaId[] {
  return (element?.all('id') ?? []).slice(0, IDS_MAX).flatMap((each) => idOf(each) ?? []);
}

/** The value of the first identifier of a kind, or null. @internal */
export function idValue(ids: readonly CdaId[], kind: CdaIdKind): string | null {
  return ids.find((id) => id.kind === kind)?.value ?? null;
}

function kindOf(root: string, extension: string | null): Pick<CdaId, 'kind' | 'value'> {
  const none = { kind: null, value: null };
  if (extension === null) return none;
  const kind = Object.hasOwn(ROOTS, root) ? ROOTS[root] : undefined;
  if (kind !== undefined) return { kind, value: extension.replace(/\s/g, '').toUpperCase() };
  const table = root === PROFESSIONAL ? PROFESSIONALS : root === STRUCTURE ? STRUCTURES : {};
  const [prefix = '', value] = [extension.slice(0, 1), extension.slice(1).toUpperCase()];
  // Some write the number of a professional without its prefix: none with it looks like this.
  if (root === PROFESSIONAL && /^[01]\d{10}$/.test(extension)) return { kind: 'rpps', value: extension };
  const [of, shape] = (Object.hasOwn(table, prefix) ? table[prefix] : undefined) ?? [];
  return of !== undefined && shape?.test(value) === true ? { kind: of, value } : none;
}

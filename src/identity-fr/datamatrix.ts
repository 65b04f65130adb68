import { VaultError } from '../errors.js';
import { boundedText, malformed } from './argument.js';
import { type Blocks, printBlocks, readBlocks } from './datamatrix-blocks.js';
import { type StatedIdentityStatus, statedIdentityStatus } from './identity-status.js';
import { type Ins, parseIns } from './ins.js';
import { printMatricule } from './matricule.js';
import { exposeTraits, parseTraits, type StrictTraits } from './traits.js';

/** What an INS datamatrix says. Its parts print as `<redacted>`. */
export interface InsDatamatrix {
  readonly ins: Ins;
  readonly traits: StrictTraits;
  /** `QUAL` by the datamatrix: it is meant for qualified identities only, and anyone can print one. */
  readonly status: StatedIdentityStatus;
  /** The 22 characters of the header where a 2D-Doc names its certificate, as they are; zeros in v2.2. */
  readonly reference: string;
  /** What follows the fields after US, as in a signed 2D-Doc. v2.2 has none, and nothing here checks one. */
  readonly signature: { readonly text: string; readonly verified: false } | null;
}

const MARKER = 'IS';
const VERSION = '01';
const NO_REFERENCE = '0'.repeat(22);
const HEADER_LENGTH = MARKER.length + VERSION.length + NO_REFERENCE.length;
const TEXT_MAX = 1000;
const UNIT_SEPARATOR = '\x1f';

/**
 * Reads the text of an INS datamatrix (ANS, v2.2 of 26 September 2023), as a scanner gives it.
 *
 * The layout was read through a program that implements and quotes the specification, not in the specification: the
 * header `IS01`, the fields S1 to S7, GS after a field shorter than its longest. Fields are taken in any order. A
 * signature is kept, never checked: nothing proves who made a datamatrix. Throws `usage/invalid` for what is no text,
 * `format/unsupported` for another version, `format/malformed` with the `argument` and the `problem` for anything else
 * wrong, a wrong key among it.
 */
export function readInsDatamatrix(text: string): InsDatamatrix {
  const given = boundedText('text', text, TEXT_MAX);
  if (given === null) throw malformed('text', 'length');
  if (!given.startsWith(MARKER)) throw malformed('text', 'header');
  const version = given.slice(2, 4);
  if (version !== VERSION && /^[0-9]{2}$/.test(version)) throw new VaultError('format/unsupported');
  const reference = given.slice(4, HEADER_LENGTH);
  if (version !== VERSION || !isReference(reference)) throw malformed('text', 'header');
  const unit = given.indexOf(UNIT_SEPARATOR, HEADER_LENGTH);
  const blocks = readBlocks(given.slice(HEADER_LENGTH, unit === -1 ? undefined : unit));
  const signature = unit === -1 ? null : given.slice(unit + 1);
  if (signature !== null && !isSignature(signature)) throw malformed('text', 'signature');
  return Object.freeze({
    ins: parseIns({ matricule: blocks.S1, oid: blocks.S2 }),
    traits: traitsOf(blocks),
    status: statedIdentityStatus({ status: 'QUAL', by: { kind: 'datamatrix' } }),
    reference,
    signature: signature === null ? null : Object.freeze({ text: signature, verified: false }),
  });
}

/**
 * Writes the text of an INS datamatrix, fields in order; the image is for a library of barcodes (Data Matrix ECC 200).
 *
 * Only a qualified identity may become one: `status` must be `QUAL`, and neither the holder nor a carer can say so.
 * What was read is written again as it was. Throws `usage/invalid` with `status`, `sex` (only F and M have a form),
 * `reference` or `signature` as the `argument`.
 */
export function printInsDatamatrix({
  ins,
  traits,
  status,
  reference = NO_REFERENCE,
  signature = null,
}: Pick<InsDatamatrix, 'ins' | 'traits' | 'status'> &
  Partial<Pick<InsDatamatrix, 'reference' | 'signature'>>): string {
  const isOfPatient = status.by.kind === 'holder' || status.by.kind === 'carer';
  if (status.status !== 'QUAL' || isOfPatient) throw new VaultError('usage/invalid', { argument: 'status' });
  if (!isReference(reference)) throw new VaultError('usage/invalid', { argument: 'reference' });
  if (signature !== null && !isSignature(signature.text)) {
    throw new VaultError('usage/invalid', { argument: 'signature' });
  }
  const blocks = printBlocks({
    S1: printMatricule(ins.matricule),
    S2: ins.authority.oid,
    ...blocksOf(traits),
  });
  const end = signature === null ? '' : `${UNIT_SEPARATOR}${signature.text}`;
  return `${MARKER}${VERSION}${reference}${blocks}${end}`;
}

function traitsOf({ S3, S4, S5, S6, S7 }: Blocks): StrictTraits {
  const [, day, month, year] = /^([0-9]{2})-([0-9]{2})-([0-9]{4})$/.exec(S6) ?? [];
  return parseTraits({
    birthName: S4,
    givenNames: S3,
    birthDate: `${year}-${month}-${day}`,
    sex: S5 === 'F' ? 'female' : S5 === 'M' ? 'male' : (S5 as never),
    birthPlace: S7,
  });
}

function blocksOf(traits: StrictTraits): Omit<Blocks, 'S1' | 'S2'> {
  const { birthName, givenNames, firstGivenName, birthDate, sex, birthPlace } = exposeTraits(traits);
  if (sex === 'unknown') throw new VaultError('usage/invalid', { argument: 'sex' });
  const [year, month, day] = birthDate.split('-');
  return {
    S3: givenNames ?? firstGivenName ?? '',
    S4: birthName,
    S5: sex === 'female' ? 'F' : 'M',
    S6: `${day}-${month}-${year}`,
    S7: birthPlace,
  };
}

function isReference(text: string): boolean {
  return /^[0-9A-Z]{22}$/.test(text);
}

/** As in a 2D-Doc: letters of base 32. */
function isSignature(text: string): boolean {
  return /^[0-9A-Z=]{1,300}$/.test(text);
}

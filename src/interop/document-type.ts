import type { DocumentCategory } from '../records/category.js';

type Row = readonly [classCode: string | null, category: DocumentCategory, ...types: string[]];

/**
 * Where a document goes by its type: typeCodes of JDV_J07 of 27 September 2024 (ANS); their classes as ASS_X16 of
 * 23 February 2024 has them, null where that was not to be had.
 */
const TYPES: readonly Row[] = [
  ['10', 'laboratory', '11502-2'],
  ['10', 'report', '34112-3', '11490-0', '15507-7', '11488-4', '34874-8', '77436-4', '34749-2', '15508-5'],
  ['10', 'report', '89233-1', '60568-3', '51969-4', '34794-8', '29274-8', '59283-2'],
  ['31', 'imaging', '18748-4', '52040-3', 'IMG-KOS'],
  ['42', 'prescription', '57833-6', '57832-8', '57828-6', '55115-0', '75468-9', '61357-0'],
  ['42', 'prescription', 'PRESC-BIO', 'PRESC-KINE', 'PRESC-INF', 'PRESC-AAT', 'PRESC-PEDI'],
  ['42', 'prescription', 'PRESC-ORTHOPHO', 'PRESC-ORTHOPTIE'],
  ['43', 'prescription', '60593-1', 'DISP_AUT'],
  ['44', 'care-plan', '18776-5', 'PROT_ALD', '80771-9', '83869-8'],
  ['45', 'prescription', '80565-5'],
  ['52', 'vaccination', '11369-6', '87273-9'],
  ['52', 'certificate', '89601-9', 'CERT_DECL', '96173-0'],
  ['11', 'summary', '60591-5', 'SYNTH', '34133-9', '68817-6', '18761-7', '74207-2', '68599-0', '83901-9'],
  ['11', 'summary', 'DOCPAT08', 'DOCPAT01'],
  ['60', 'reimbursement', 'REMB'],
  ['90', 'wishes', 'EXPPAT_1'],
  ['90', 'other', 'EXPPAT_2'],
  ['90', 'directives', 'EXPPAT_3'],
  ['90', 'questionnaire', '74465-6'],
  ['95', 'administrative', 'ATTEST-ASS-COMPL', 'ATTEST-RESID', 'ATTEST-HEBGT', 'ATTEST-DROITS-AM'],
  ['95', 'administrative', 'AUTORIS-SOINS', '59284-0', '86531-1', 'DOCPAT09'],
  ['42', 'prescription', 'DOCPAT02'],
  ['10', 'report', 'DOCPAT03'],
  ['31', 'imaging', 'DOCPAT04'],
  ['10', 'laboratory', 'DOCPAT05'],
  ['10', 'prevention', 'DOCPAT06'],
  ['52', 'certificate', 'DOCPAT07'],
  [null, 'report', 'BIL_AUTO', '11505-5', '11506-3', '28617-9', '34120-6', '34842-5', '34875-5', '47420-5'],
  [null, 'report', '67851-6', '70004-7', '78513-9', '78601-2', '83836-7', '83981-1', '85208-7', '88348-8'],
  [null, 'report', '93024-8', '96349-6', '60280-5', '78341-5'],
  [null, 'prevention', '75482-0', '75492-9'],
  [null, 'prescription', '56445-0', '75496-0', '80820-4'],
  [null, 'care-plan', '77604-7', '80788-3'],
  [null, 'summary', '57055-6', '57057-2', '57075-4', '89235-6', '78489-2'],
  [null, 'administrative', '51851-4', '56446-8', 'PIECE-IDENTITE', 'FICHE-CONTACTS'],
  [null, 'vaccination', '96874-3'],
  [null, 'certificate', '101881-1'],
  // LOINC codes under which other countries write what has another code in France, or none.
  [null, 'report', '18842-5', '34105-7', '34117-2', '11504-8', '28570-0', '57133-1', '34847-4', '34108-1'],
  [null, 'report', '11526-1', '59258-4', '34878-9', '34111-5', '11541-0'],
  [null, 'imaging', '68604-8', '18782-3'],
  [null, 'laboratory', '26436-6', '18725-2', '92236-9'],
  [null, 'vaccination', '82593-5'],
  [null, 'care-plan', '52521-2'],
  [null, 'directives', '42348-3', '81334-5'],
];

/** Where a type of document goes. */
export interface DocumentType {
  /** XDS classCode (JDV_J57); null where it is not known. */
  readonly classCode: string | null;
  /** The category of the vault: `other` where the type is not known. */
  readonly category: DocumentCategory;
}

/** What is known of a type of document, by its code: LOINC, or local of the French agency. */
export function documentType(typeCode: string | null): DocumentType {
  const row = typeCode === null ? undefined : TYPES.find(([, , ...types]) => types.includes(typeCode));
  return { classCode: row?.[0] ?? null, category: row?.[1] ?? 'other' };
}

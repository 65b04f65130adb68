import type { CdaCode } from './cda-code.js';

/** That there is none, or nothing is known of it: JDV_AbsentOrUnknown… (ANS, IPS) and SNOMED CT. */
const NOTHING: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '716186003',
  '409137002',
  '429625007',
  '428607008',
  '160244002',
  '160245001',
  '182904002',
  '787481004',
  '373572006',
  '260413007',
]);

/** An answer and nothing else… */
const BARE_NO = /^(no|non|none|nul|nulle|n[ée]ant|ras|faux|false|absente?|0|-|–|\/)[\s.]*$|^non\s?[,;:(]/iu;

/** …or a sentence that begins as one. A false croup and an absence of epilepsy are diseases. */
const SAYS_NO =
  /^(aucune?s?(?![\p{L}\p{N}])|pas d(e\s|['’])|no known\s|non (connu|renseign|retrouv|fait|r[ée]alis|effectu))/iu;

/**
 * Whether what is coded says that there is none: by its code, or because its author wrote "Non" where it points to.
 *
 * Forms list what was asked with a code each, and have the answer in the text: to take the code alone would turn a No
 * into a Yes.
 *
 * @internal
 */
export function isSaidNot(code: CdaCode | null): boolean {
  if (code === null) return false;
  const known = code.code ?? '';
  if (NOTHING.has(known) || /^no-(known-)?[a-z-]+(-info)?$/.test(known)) return true;
  return [code.text, code.display].some(
    (text) => text !== null && (BARE_NO.test(text) || SAYS_NO.test(text)),
  );
}

/** Whether a text is no name of anything, but the answer to a question. @internal */
export function isBareAnswer(text: string | null): boolean {
  return text !== null && /^(oui|yes|vrai|true|x|pr[ée]sente?|\+)$/iu.test(text.trim());
}

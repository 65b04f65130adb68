import { type CdaCode, codeOf, type References } from './cda-code.js';
import { timeOf } from './cda-time.js';
import { lineOf, type XmlElement } from './xml-element.js';

/** A number with its unit, as it stands: "1.950" stays so. */
export interface CdaQuantity {
  readonly value: string;
  /** UCUM; null for a bare number. */
  readonly unit: string | null;
}

/** What was observed. */
export type CdaValue =
  | ({ readonly type: 'quantity' } & CdaQuantity)
  /** Between two values; null at an open end. */
  | { readonly type: 'range'; readonly low: CdaQuantity | null; readonly high: CdaQuantity | null }
  | { readonly type: 'coded'; readonly code: CdaCode }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'time'; readonly time: string };

const NUMBER = /^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})$/;
const TEXT_CHARS_MAX = 5000;

/** What an element of any type of HL7 holds; null where that is nothing. @internal */
export function observedValue(element: XmlElement | null, references: References): CdaValue | null {
  if (element === null) return null;
  const type = element.attributes.get('xsi:type')?.replace(/^.*:/, '').trim() ?? '';
  const quantity = quantityOf(element);
  if (type === 'BL') {
    const value = element.get('value');
    return value === 'true' || value === 'false' ? { type: 'boolean', value: value === 'true' } : null;
  }
  if (type === 'TS') {
    const time = timeOf(element.get('value'));
    return time === null ? null : { type: 'time', time };
  }
  if (quantity !== null) return { type: 'quantity', ...quantity };
  const range = rangeOf(element);
  if (range !== null) return { type: 'range', ...range };
  const ratio = ratioOf(element);
  if (ratio !== null) return { type: 'text', text: ratio };
  if (/^(C[DEVSO]|PQR)?$/.test(type)) {
    const code = codeOf(element, references);
    const words = code?.code ?? code?.display ?? code?.translations[0] ?? null;
    if (code !== null)
      return words === null ? { type: 'text', text: code.text ?? '' } : { type: 'coded', code };
  }
  const text = references.textOf(element, TEXT_CHARS_MAX) ?? lineOf(element.get('value'), TEXT_CHARS_MAX);
  return text === null ? null : { type: 'text', text };
}

/** A number with its unit; null where it is none. @internal */
export function quantityOf(element: XmlElement | null): CdaQuantity | null {
  const value = element?.get('value') ?? null;
  if (element === null || value === null || !NUMBER.test(value)) return null;
  const unit = lineOf(element.get('unit'), 60);
  return { value, unit: unit === '1' ? null : unit };
}

/** A ratio, as the titre `1 / 128`; null where it is none. */
function ratioOf(element: XmlElement): string | null {
  const parts = ['numerator', 'denominator'].map((name) => quantityOf(element.child(name)));
  const written = parts.flatMap((part) =>
    part === null ? [] : [part.unit === null ? part.value : `${part.value} ${part.unit}`],
  );
  return written.length === 2 ? written.join(' / ') : null;
}

/** Two ends of which at least one is known, or null. @internal */
export function rangeOf(
  element: XmlElement | null,
): { readonly low: CdaQuantity | null; readonly high: CdaQuantity | null } | null {
  const low = quantityOf(element?.child('low') ?? null);
  const high = quantityOf(element?.child('high') ?? null);
  return low === null && high === null ? null : { low, high };
}

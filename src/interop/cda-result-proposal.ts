import { type CdaCode, type ProposedCode, proposedCode } from './cda-code.js';
import type { CdaResult } from './cda-result.js';
import { momentOf } from './cda-time.js';
import type { CdaQuantity, CdaValue } from './cda-value.js';
import { cut } from './xml-element.js';

const INTERPRETATIONS = ['N', 'L', 'H', 'LL', 'HH', 'A', 'AA', 'POS', 'NEG', 'IND', 'S', 'I', 'R'] as const;

/** A result of the laboratory as the profile takes it. */
export interface ProposedResult {
  readonly test: ProposedCode;
  readonly at: string;
  readonly value: string;
  readonly unit?: string;
  readonly range?: string;
  readonly interpretation?: (typeof INTERPRETATIONS)[number];
  readonly method?: string;
}

/** Null for one without a date, a name or a value that can be written, and for one that is not final. @internal */
export function proposedResult(result: CdaResult): ProposedResult | null {
  const { range, method } = result;
  const test = proposedCode(result.code);
  const at = momentOf(result.time);
  const value = writtenValue(result.value);
  const isFinal = result.status === null || result.status === 'completed';
  if (test === null || at === null || value === null || !isFinal) return null;
  const expected = range === null ? null : (range.text ?? between(range.low, range.high));
  const interpretation = INTERPRETATIONS.find((code) => code === result.interpretation?.code);
  return {
    ...{ test, at, value: cut(value.text, 300) },
    ...(value.unit === null ? {} : { unit: value.unit }),
    ...(expected === null ? {} : { range: cut(expected, 300) }),
    ...(interpretation === undefined ? {} : { interpretation }),
    ...(method === null ? {} : { method: cut(method, 200) }),
  };
}

function writtenValue(value: CdaValue): { readonly text: string; readonly unit: string | null } | null {
  if (value.type === 'quantity') return { text: value.value, unit: value.unit };
  if (value.type === 'coded') return plain(wordsOf(value.code));
  if (value.type === 'text') return plain(value.text);
  return value.type === 'range' ? plain(between(value.low, value.high)) : null;
}

function plain(text: string | null): { readonly text: string; readonly unit: null } | null {
  const line = text?.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() ?? '';
  return line === '' ? null : { text: line, unit: null };
}

function wordsOf({ display, text, code }: CdaCode): string | null {
  return display ?? text ?? code;
}

/** As laboratories print it; with its unit where that is no other than the unit of both ends. */
function between(low: CdaQuantity | null, high: CdaQuantity | null): string | null {
  if (low !== null && high !== null)
    return low.unit === high.unit
      ? withUnit(`${low.value} - ${high.value}`, low.unit)
      : `${withUnit(low.value, low.unit)} - ${withUnit(high.value, high.unit)}`;
  if (low !== null) return `≥ ${withUnit(low.value, low.unit)}`;
  return high === null ? null : `≤ ${withUnit(high.value, high.unit)}`;
}

function withUnit(text: string, unit: string | null): string {
  return unit === null ? text : `${text} ${unit}`;
}

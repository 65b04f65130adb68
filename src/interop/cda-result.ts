import { type CdaCode, codeOf, type References } from './cda-code.js';
import { momentOf } from './cda-party.js';
import { isEvent, locatorOf, type Statement } from './cda-statement.js';
import { type CdaQuantity, type CdaValue, observedValue, rangeOf } from './cda-value.js';
import { lineOf, type XmlElement } from './xml-element.js';

/** Something observed: a result of the laboratory, a vital sign. */
export interface CdaResult {
  /** What was looked for, mostly as LOINC. */
  readonly code: CdaCode;
  readonly value: CdaValue;
  /** What is expected, where that is said. */
  readonly range: {
    readonly low: CdaQuantity | null;
    readonly high: CdaQuantity | null;
    readonly text: string | null;
  } | null;
  /** As `N`, `H`, `L`, `HH`, `LL`. */
  readonly interpretation: CdaCode | null;
  /** When it was so: ISO 8601, or null where that is not told. */
  readonly time: string | null;
  /** As `completed`, or `active` for what is not final. */
  readonly status: string | null;
  readonly method: string | null;
  /** Where it stands in the document. */
  readonly locator: string;
}

/** Laboratory Observation (IHE LAB), the French one, and that of C-CDA. */
const TEMPLATES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.4.1.19376.1.3.1.6',
  '1.2.250.1.213.1.1.3.80',
  '2.16.840.1.113883.10.20.22.4.2',
]);

/** Laboratory sections (IHE LAB) and their French models. */
const SECTIONS = [
  '1.3.6.1.4.1.19376.1.3.3.2.1',
  '1.3.6.1.4.1.19376.1.3.3.2.2',
  '1.2.250.1.213.1.1.2.70',
  '1.2.250.1.213.1.1.2.71',
];

/** Results of examinations, in any document (LOINC). */
const RESULTS_SECTION = '30954-2';

/** Whether a statement is one of the laboratory, or of a section of results. @internal */
export function isResult(statement: Statement): boolean {
  if (statement.name !== 'observation' || !isEvent(statement)) return false;
  return (
    statement.element.hasTemplate(TEMPLATES) ||
    SECTIONS.some((template) => statement.section.templates.has(template)) ||
    statement.section.code === RESULTS_SECTION
  );
}

/** An observation with what was found; null without either. @internal */
export function resultOf(statement: Statement, references: References): CdaResult | null {
  const { element } = statement;
  const code = codeOf(element.child('code'), references);
  const value = observedValue(element.child('value'), references);
  if (code === null || value === null) return null;
  const expected = element.at('referenceRange', 'observationRange');
  const range = {
    ...(rangeOf(expected?.child('value') ?? null) ?? { low: null, high: null }),
    text: references.textOf(expected?.child('text') ?? null),
  };
  return {
    code,
    value,
    range: range.low === null && range.high === null && range.text === null ? null : range,
    interpretation: codeOf(element.child('interpretationCode'), references),
    time: observedAt(statement),
    status: lineOf(element.child('statusCode')?.get('code'), 40),
    method: methodOf(element, references),
    locator: locatorOf(statement),
  };
}

/** When it was so: by itself, else by what it is a part of. @internal */
export function observedAt({ element, parents }: Statement): string | null {
  for (const time of [element.child('effectiveTime'), ...parents.map((each) => each.time)]) {
    const at = momentOf(time);
    if (at !== null) return at;
  }
  return null;
}

function methodOf(element: XmlElement, references: References): string | null {
  const method = codeOf(element.child('methodCode'), references);
  return method?.display ?? method?.text ?? method?.code ?? null;
}

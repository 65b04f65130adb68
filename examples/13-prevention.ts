import {
  nextPreventionChange,
  PREVENTION_LABELS,
  type PreventionFacts,
  preventionFor,
} from 'coffret/prevention';

const language = process.argv[2] === 'fr' ? 'fr' : 'en';
const on = '2026-04-15';

// #region prevention
/** Nothing of this leaves the device: a pure function of what the app tells, and of rules with a date and a source. */
function tell(facts: PreventionFacts): void {
  for (const item of preventionFor(facts, { on })) {
    const status = PREVENTION_LABELS.status[item.status][language];
    console.log(`${status}: ${item.title[language]}`);
    console.log(`  ${item.explanation[language]}`);
    console.log(`  ${PREVENTION_LABELS.review[item.review.state][language]}: ${item.source.title}`);
  }
  console.log(nextPreventionChange(facts, { on })); // the day to look again
}

tell({
  birthDate: '2025-03-10',
  history: [
    { what: ['hexyon', 'pcv15'], date: '2025-05-12' },
    { what: ['hexyon', 'pcv15'], date: '2025-07-15' },
    { what: 'bexsero', date: '2025-06-13' },
    { what: ['measles', 'mumps', 'rubella'], date: '2026-03-16' },
  ],
});
tell({ birthDate: '2025-03-10', history: 'unknown' }); // not 'none': nobody can tell
// #endregion

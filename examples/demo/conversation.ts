import type { Id } from 'coffret';
import { PREVENTION_LABELS, preventionFor } from 'coffret/prevention';
import type { ActorProcess } from './channel.js';
import { print } from './print.js';
import type { Stage } from './stage.js';
import type { Kept } from './story.js';

const SUBJECT = 'Your thyroid, next steps';
const QUESTION = 'Could you send me the last TSH, and come by in October?';
const ANSWER = 'Here it is; Monday morning suits me.';
const APPOINTMENT = 'Endocrinology with Dr Roussel';
const START = '2026-10-26T09:00:00';
const CHILD = { birthDate: '2025-03-10', sex: 'female' } as const;
const ASKED_ON = '2026-06-15';
const ROWS_MAX = 8;

/**
 * The doctor opens a thread, the patient answers with a document, an appointment is made, a child's list is printed.
 *
 * Gives back what was said, so that the server's disk can be searched for it.
 */
export async function converse(
  { check }: Stage,
  { patient, doctor }: { readonly patient: ActorProcess; readonly doctor: ActorProcess },
  {
    kept,
    adopted,
    doctorId,
  }: { readonly kept: readonly Kept[]; readonly adopted: Id<'item'>; readonly doctorId: Id<'person'> },
): Promise<readonly string[]> {
  print.heading('The doctor opens a thread, the patient answers with a document');
  const card = await patient.call('depositCard', { depositor: doctorId });
  await patient.call('sync');
  const thread = await doctor.call('ask', { card, subject: SUBJECT, text: QUESTION });
  await doctor.call('sync');
  await patient.call('sync');
  const [opening] = await patient.call('openings');
  check(
    'it waits for the patient, who sees whose it is',
    opening?.from === doctorId && opening.allowed && opening.contact?.name === 'Dr Camille Roussel',
  );
  const accepted = await patient.call('accept', { id: opening!.id });
  await patient.call('answer', { thread: accepted, text: ANSWER, files: [adopted] });
  await patient.call('sync');
  await doctor.call('sync');
  const lines = await doctor.call('lines', { thread });
  for (const { name, text, files } of lines)
    print.line(`${name}: ${text}${files.map(({ title }) => ` [${title}]`).join('')}`);
  const [asked, answered] = lines;
  check(
    'both read the same two messages, in the order they were written',
    lines.length === 2 && asked?.text === QUESTION && answered?.text === ANSWER,
  );
  const result = kept.find(({ id }) => id === adopted);
  const content = await doctor.call('lastFile', { thread });
  check('the doctor reads the document that came with it', content.startsWith('TSH 2,1 mUI/L'));
  if (result !== undefined) result.doctor.shared = true;

  print.heading('An appointment with a reminder');
  await patient.call('appointment', { title: APPOINTMENT, start: START, thread });
  const day = { from: Date.UTC(2026, 9, 25), to: Date.UTC(2026, 9, 28) };
  const [upcoming] = await patient.call('upcoming', day);
  const reminder = await patient.call('nextReminder', { now: day.from });
  print.line(`${upcoming?.startsAt} ${upcoming?.zone}: ${upcoming?.title}`);
  print.line(`for the service worker: ${new Date(reminder?.at ?? 0).toISOString()} “${reminder?.text.en}”`);
  check('it is at nine in the morning, the day after the clocks changed', upcoming?.startsAt === START);
  check(
    'its reminder is two hours earlier and says nothing of it',
    reminder?.at === Date.UTC(2026, 9, 26, 6) && !JSON.stringify(reminder).includes('Endocrinology'),
  );
  await patient.call('sync');

  print.heading(`What is due for a child born on ${CHILD.birthDate}, on ${ASKED_ON}, computed on the device`);
  const history = [
    { what: 'hexa', date: '2025-05-12' },
    { what: 'hexa', date: '2025-07-15' },
    { what: 'pcv-inf', date: '2025-05-12' },
    { what: 'pcv-inf', date: '2025-07-15' },
  ];
  const due = preventionFor({ ...CHILD, history }, { on: ASKED_ON });
  print.table(
    due
      .slice(0, ROWS_MAX)
      .map(({ title, status, dose, window }) => [
        title.en,
        PREVENTION_LABELS.status[status].en,
        dose === null ? '' : `${dose.number} of ${dose.of}`,
        window === null ? '' : `from ${window.from}`,
      ]),
  );
  print.line(`and ${due.length - Math.min(due.length, ROWS_MAX)} more; ${due[0]?.explanation.en}`);
  const hexa = due.find(({ rule }) => rule === 'hexa');
  check('the third dose of one vaccine is asked for, two being recorded', hexa?.dose?.number === 3);
  return [SUBJECT, QUESTION, ANSWER, APPOINTMENT, START];
}
